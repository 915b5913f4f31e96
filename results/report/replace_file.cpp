#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include "errors/user_error.h"
#include "results/report/report.h"

namespace headsweep::report {
namespace {

namespace fs = std::filesystem;

// Not to be foreseen: nobody can put a file or a link there beforehand.
fs::path temporary_beside(const fs::path& file) {
  std::uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number)) number = 0;
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  return file.string() + "." + std::string(digits.data(), end) + ".tmp";
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Makes the file; false, with errno, if that was not possible.
bool write_new(const fs::path& file, std::string_view text) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (descriptor < 0) return false;
  const bool written = write_all(descriptor, text);
  const int error = errno;
  const bool closed = close(descriptor) == 0;
  if (!written) errno = error;
  return written && closed;
}

}  // namespace

void replace_file(const fs::path& file, const std::string& text) {
  const fs::path fresh = temporary_beside(file);
  if (write_new(fresh, text) && rename(fresh.c_str(), file.c_str()) == 0) return;
  const int error = errno;
  if (error != EEXIST) unlink(fresh.c_str());
  throw UserError("cannot write " + file.string() + ": " + std::generic_category().message(error));
}

}  // namespace headsweep::report
