#include "results/merge_files.h"

#include <cerrno>
#include <charconv>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "errors/user_error.h"
#include "protocol/log_files.h"

namespace headsweep::results {
namespace {

namespace fs = std::filesystem;

// The number in "trial-<number>.log".
std::optional<std::int64_t> trial_of_log(const std::string& name) {
  constexpr std::string_view kBefore = "trial-";
  constexpr std::string_view kAfter = ".log";
  if (!name.starts_with(kBefore) || !name.ends_with(kAfter)) return std::nullopt;
  std::int64_t trial = 0;
  const char* const end = name.data() + name.size() - kAfter.size();
  const auto [stop, error] = std::from_chars(name.data() + kBefore.size(), end, trial);
  return error == std::errc() && stop == end ? std::optional(trial) : std::nullopt;
}

void copy_file(const fs::path& from, const fs::path& to, bool append) {
  std::ifstream source(from, std::ios::binary);
  std::ofstream target(to, std::ios::binary | (append ? std::ios::app : std::ios::trunc));
  // Of an empty file nothing can be inserted, which would set the failure bit.
  if (source.peek() != std::ifstream::traits_type::eof()) target << source.rdbuf();
  target.flush();
  if (!target) throw UserError("cannot copy " + from.string() + " to " + to.string() + ": is the disk full?");
}

void synchronise(const fs::path& path, int flags) {
  const int descriptor = open(path.c_str(), flags | O_CLOEXEC);
  const bool done = descriptor >= 0 && fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) close(descriptor);
  if (!done) throw UserError("cannot write " + path.string() + ": " + std::generic_category().message(error));
}

}  // namespace

void MergedFiles::copy(const fs::path& from, const fs::path& to, const TrialNumbers& numbers) {
  std::error_code none;  // a store's folder need not have them
  for (const auto& entry : fs::directory_iterator(from / "models", none)) {
    fs::create_directories(to / "models");
    const fs::path target = to / "models" / entry.path().filename();
    if (written_.insert(target).second) copy_file(entry.path(), target, false);
  }
  for (const auto& entry : fs::directory_iterator(from / "logs", none)) {
    const auto trial = trial_of_log(entry.path().filename().string());
    const auto number = trial ? numbers.find(*trial) : numbers.end();
    if (number == numbers.end()) continue;
    fs::create_directories(to / "logs");
    const fs::path target = protocol::trial_log(to, number->second);
    copy_file(entry.path(), target, !written_.insert(target).second);
  }
}

void put_in_place(const fs::path& file, const fs::path& out) {
  synchronise(file, O_RDWR);
  std::error_code error;
  for (const char* suffix : {"-wal", "-shm", "-journal"}) fs::remove(out.string() + suffix, error);
  fs::rename(file, out, error);
  if (error) throw UserError("cannot replace " + out.string() + ": " + error.message());
  const fs::path folder = fs::absolute(out).parent_path();
  synchronise(folder, O_RDONLY | O_DIRECTORY);
}

}  // namespace headsweep::results
