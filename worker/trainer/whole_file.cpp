#include "worker/trainer/whole_file.h"

#include <cerrno>
#include <fstream>
#include <iomanip>
#include <sstream>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include "worker/pipe/descriptor.h"

namespace headsweep::trainer {
namespace {

using pipe::Descriptor;

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path) {
  throw CannotWrite("cannot " + what + " '" + path.string() + "': " + std::generic_category().message(errno));
}

void write_all(const Descriptor& file, std::span<const std::byte> bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(file.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void sync(const Descriptor& file, const std::filesystem::path& path) {
  if (fsync(file.number()) != 0) fail("write", path);
}

// "<name>.<16 random digits>.tmp": nobody can put a file or a link there beforehand, nor do two writers meet.
std::filesystem::path temporary_beside(const std::filesystem::path& path) {
  std::uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number)) fail("write", path);
  std::ostringstream name;
  name << path.string() << '.' << std::hex << std::setw(16) << std::setfill('0') << number
       << kTemporarySuffix;
  return name.str();
}

void write_durably(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (file.number() < 0) fail("write", path);
  write_all(file, bytes, path);
  sync(file, path);
}

}  // namespace

std::vector<std::byte> read_whole_file(const std::filesystem::path& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) throw UserError("cannot read '" + path.string() + "': " + error.message());
  std::vector<std::byte> bytes(size);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!file || file.peek() != std::ifstream::traits_type::eof()) {
    throw UserError("cannot read all of '" + path.string() + "'");
  }
  return bytes;
}

void replace_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  std::error_code error;
  std::filesystem::create_directory(folder, error);
  if (error) throw CannotWrite("cannot make the folder '" + folder.string() + "': " + error.message());
  const std::filesystem::path temporary = temporary_beside(path);
  try {
    write_durably(temporary, bytes);
    if (std::rename(temporary.c_str(), path.c_str()) != 0) {  // the disk could be written
      throw UserError("cannot replace '" + path.string() + "': " + std::generic_category().message(errno));
    }
  } catch (const UserError&) {
    std::filesystem::remove(temporary, error);
    throw;
  }
  const Descriptor opened_folder(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened_folder.number() < 0) fail("open the folder", folder);
  sync(opened_folder, folder);
}

}  // namespace headsweep::trainer
