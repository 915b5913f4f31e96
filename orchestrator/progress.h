// How far a run has come, for people.
#pragma once

#include <cstdint>
#include <optional>

namespace headsweep::orchestrator {

// Trials by state, of the whole sweep, as the scheduler sees them (the store follows within a transaction).
struct Progress {
  std::int64_t trials = 0;
  std::int64_t done = 0;
  std::int64_t failed = 0;
  std::int64_t running = 0;  // begun at a worker
  std::int64_t workers = 0;  // that take trials

  std::int64_t trials_now = 0;  // that this run is to train: open and within its limit
  std::int64_t done_now = 0;    // of these
  double flops_done = 0;        // in this run, unfinished trials counted as far as they are
  double flops_left = 0;        // of what this run still has to train

  // Added by the coordinator, which has a clock.
  double elapsed_seconds = 0;
  std::optional<double> trials_per_minute;  // of this run; unset before the first trial is done
  std::optional<double> seconds_left;       // by operations, not by trials; unset before anything is trained
};

}  // namespace headsweep::orchestrator
