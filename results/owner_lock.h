// Who may write to a store: the holder of a lock on a file of its own, STORE.d/owner.
//
// The lock is an open-file-description lock of the kernel (fcntl F_OFD_SETLK): it ends with the process however that
// dies, network file systems carry it between hosts, and opening or closing the file elsewhere in the process does
// not drop it. The file's text says who holds it, for people; it is empty after a clean end. It is never SQLite's
// own file: closing any descriptor of that would drop SQLite's locks.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace headsweep::results {

struct Owner {
  std::string host;
  std::int64_t pid;
  std::string since;     // ISO 8601, UTC
  std::string job = {};  // of SLURM, empty outside of one
};

class OwnerLock {
 public:
  // Takes the lock. Waits up to `patience` for an owner on this host that is just ending. Throws UserError naming
  // the owner (host, pid, since, SLURM job) of `store`, or if the file cannot be written or locked.
  OwnerLock(const std::filesystem::path& file, const std::filesystem::path& store,
            std::chrono::milliseconds patience);
  ~OwnerLock();  // empties the text, lets go
  OwnerLock(OwnerLock&& other) noexcept;
  OwnerLock& operator=(OwnerLock&& other) noexcept;

  // An owner that ended without letting go; it is no longer alive.
  [[nodiscard]] const std::optional<Owner>& predecessor() const { return predecessor_; }

 private:
  void release() noexcept;

  int descriptor_ = -1;
  std::optional<Owner> predecessor_;
};

// Who holds the lock now, as far as this host can see.
std::optional<Owner> current_owner(const std::filesystem::path& file);

}  // namespace headsweep::results
