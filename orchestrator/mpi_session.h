// The MPI session of a process: made in main() where a launcher started it (launcher.h), ended by end().
// Rank 0 coordinates, every other rank is the worker of that number. Only the thread that made the session
// calls MPI (MPI_THREAD_FUNNELED).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "protocol/links.h"

namespace headsweep::orchestrator {

class MpiSession {
 public:
  // MPI_Init_thread and the set-up's collectives. Throws UserError if MPI cannot be used. One in a process.
  MpiSession();
  // Without end(), MPI is left as it is.
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;

  [[nodiscard]] std::int64_t rank() const;
  // Ranks that train: one less than all. 0 under `mpirun -n 1`: run embedded then.
  [[nodiscard]] std::int64_t workers() const;
  // 0-based number of this rank among the worker ranks of its host. Requires rank() > 0.
  [[nodiscard]] std::int64_t local_worker_index() const;
  // Every rank runs on this host.
  [[nodiscard]] bool on_one_host() const;

  // A line of text from each worker of this rank's host, by rank; what rank 0 says is dropped. Collective: every rank calls
  // it, in the same order. Meant for the start of a run, before the lines are used.
  [[nodiscard]] std::vector<std::string> share_on_host(const std::string& text) const;

  // Rank 0's end of the lines. Its receive() throws BadMessage.
  protocol::WorkerLinks& worker_links();
  // Another rank's end.
  protocol::CoordinatorLink& coordinator_link();

  // Ends the session; every rank calls it once, on every way out, and returns its result from main():
  // `exit_code`. Rank 0 first shuts down the workers that have not said goodbye (after an error, say), and
  // waits for them up to 20 s. If everybody has left cleanly all ranks call MPI_Finalize; otherwise, as it
  // may hang after a loss, they leave the process with _exit(exit_code), stdio flushed: close the store
  // before.
  int end(int exit_code);
  // For a worker whose coordinator is lost: leaves the process without MPI_Finalize.
  [[noreturn]] void leave_at_once(int exit_code);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace headsweep::orchestrator
