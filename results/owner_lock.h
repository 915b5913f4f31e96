// Who may write to a store: the holder of a lock on a file of its own, STORE.d/owner.
//
// The lock ends with the process however that dies (lock_file.h). The file's text says who holds it; it is empty after a clean
// end. It is never SQLite's own file: closing any descriptor of that would drop SQLite's locks.
//
// Network file systems may keep locks to each host (NFS mounted with nolock), so a free lock only proves that no owner is left
// on this host. Owners of other hosts are judged by their beat, a part of the text that each renews: it must have been seen
// unchanged for some time by this process' own clock before the store is taken over. No clocks of two hosts are compared.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "errors/user_error.h"
#include "results/owner.h"

namespace headsweep::results {

// How long an owner is waited for, and how it lets others know of itself.
struct OwnerPatience {
  std::chrono::milliseconds ending{10'000};   // for one on this host that is just ending
  std::chrono::milliseconds interval{5'000};  // between beats
  std::chrono::milliseconds silence{
      60'000};  // without a beat: longer than network file systems remember what they read
  std::chrono::milliseconds settling{
      1'000};  // after one that was silent: others who waited as long may put their names there as well
  // Hears one line before a wait for beats begins.
  std::function<void(const std::string&)> tell = [](const std::string&) {};
  // Whether to give such a wait up. Polled.
  std::function<bool()> is_stopped = [] { return false; };
};

// The wait for an owner, or for a plan to be in the store, was given up.
class StoppedWaiting : public UserError {
 public:
  using UserError::UserError;
};

class OwnerLock {
 public:
  // Takes the lock. Waits as `patience` says: for an owner on this host, and for a beat of one that this host cannot see.
  // Throws UserError naming the owner (host, pid, since, SLURM job) of `store` and what to do: it holds the lock, or its beat
  // goes on, or it took the store over at the same time; or if the file cannot be written or locked. Throws StoppedWaiting.
  OwnerLock(const std::filesystem::path& file, const std::filesystem::path& store,
            const OwnerPatience& patience = {});
  ~OwnerLock();  // empties the text, lets go
  OwnerLock(const OwnerLock&) = delete;
  OwnerLock& operator=(const OwnerLock&) = delete;

  // An owner that ended without letting go; it is no longer alive.
  [[nodiscard]] const std::optional<Owner>& predecessor() const;

  // Whether another process was found to have taken the store over meanwhile, or the file to be removed: this process was
  // silent for too long, or somebody said that it is gone. It must not write any more. Any thread.
  [[nodiscard]] bool is_lost() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Who holds the lock now, as far as this host can see.
std::optional<Owner> current_owner(const std::filesystem::path& file);

}  // namespace headsweep::results
