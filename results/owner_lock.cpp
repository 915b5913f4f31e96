#include "results/owner_lock.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "errors/user_error.h"
#include "results/batch_job.h"
#include "results/clock.h"

namespace headsweep::results {
namespace {

constexpr auto kPollInterval = std::chrono::milliseconds(20);

struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

// "host pid since [job]"; nothing if the file is empty or half-written.
std::optional<Owner> read_owner(int descriptor) {
  std::array<char, 512> text{};
  const ssize_t size = pread(descriptor, text.data(), text.size(), 0);
  if (size <= 0) return std::nullopt;
  std::istringstream words(std::string(text.data(), static_cast<std::size_t>(size)));
  Owner owner{};
  if (!(words >> owner.host >> owner.pid >> owner.since)) return std::nullopt;
  words >> owner.job;
  return owner;
}

bool write_owner(int descriptor) {
  const std::string text =
      host_name() + " " + std::to_string(getpid()) + " " + utc_now() + " " + slurm_job() + "\n";
  return ftruncate(descriptor, 0) == 0 &&
         pwrite(descriptor, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

std::string refusal(const std::filesystem::path& store, const std::optional<Owner>& owner) {
  std::string who = "another run";
  if (owner) {
    who = owner->job.empty() ? "a run" : "SLURM job " + owner->job;
    who += " on host " + owner->host + ", pid " + std::to_string(owner->pid) + ", since " + owner->since;
  }
  return store.string() + " is in use by " + who + ": wait until it ends (headsweep status " +
         store.string() + "), stop it, or give another --store";
}

}  // namespace

OwnerLock::OwnerLock(const std::filesystem::path& file, const std::filesystem::path& store,
                     std::chrono::milliseconds patience)
    : descriptor_(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (descriptor_ < 0) throw UserError("cannot write " + file.string() + ": " + std::strerror(errno));
  const auto deadline = std::chrono::steady_clock::now() + patience;
  struct flock lock = whole_file();
  while (fcntl(descriptor_, F_OFD_SETLK, &lock) != 0) {
    const int error = errno;
    const std::optional<Owner> owner = read_owner(descriptor_);
    const bool held = error == EAGAIN || error == EACCES;
    const bool may_end = held && (!owner || owner->host == host_name());
    if (!may_end || std::chrono::steady_clock::now() >= deadline) {
      close(std::exchange(descriptor_, -1));
      if (held) throw UserError(refusal(store, owner));
      throw UserError("cannot lock " + file.string() + ": " + std::strerror(error) +
                      "; put the store on a file system with file locks");
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  predecessor_ = read_owner(descriptor_);
  if (!write_owner(descriptor_)) {
    const int error = errno;
    close(std::exchange(descriptor_, -1));
    throw UserError("cannot write " + file.string() + ": " + std::strerror(error));
  }
}

OwnerLock::~OwnerLock() {
  release();
}

OwnerLock::OwnerLock(OwnerLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), predecessor_(std::move(other.predecessor_)) {}

OwnerLock& OwnerLock::operator=(OwnerLock&& other) noexcept {
  if (this != &other) {
    release();
    descriptor_ = std::exchange(other.descriptor_, -1);
    predecessor_ = std::move(other.predecessor_);
  }
  return *this;
}

void OwnerLock::release() noexcept {
  if (descriptor_ < 0) return;
  // A full disk cannot stop this; if it failed the next owner would only report a predecessor.
  [[maybe_unused]] const int emptied = ftruncate(descriptor_, 0);
  close(std::exchange(descriptor_, -1));
}

std::optional<Owner> current_owner(const std::filesystem::path& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  struct flock lock = whole_file();
  std::optional<Owner> owner;
  if (fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK) {
    owner = read_owner(descriptor).value_or(Owner{"unknown", 0, "unknown"});
  }
  close(descriptor);
  return owner;
}

}  // namespace headsweep::results
