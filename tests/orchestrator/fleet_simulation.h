// The production scheduler before a large fleet, in virtual time: trials of mixed length, stragglers, workers that vanish,
// walltime slots. For tests/orchestrator and bench/.
#pragma once

#include <cstdint>
#include <optional>

namespace headsweep::orchestrator::testing {

struct Fleet {
  std::int64_t workers = 10'000;
  std::int64_t trials = 1'000'000;
  std::int64_t arms = 100;          // that differ in length: log-normal
  double mean_seconds = 120;        // of a trial
  double spread_of_arms = 0.7;      // standard deviation of the logarithm
  double spread_of_trials = 0.2;    // within an arm
  double straggler_share = 0.01;    // of the trials, which take ...
  double straggler_factor = 4;      // ... so many times as long as others
  double losses_an_hour = 0.01;     // of the workers, without a word; they are back in the next slot
  double slot_seconds = 2 * 3600;   // then the run is stopped, and the same command resumes
  double line_seconds = 0.005;      // a message is under way
  double checkpoint_seconds = 120;  // from one to the next
  std::optional<std::int64_t> stack = 1;
  std::uint32_t seed = 0;
};

// In virtual seconds.
struct FleetOutcome {
  std::int64_t done = 0;        // trials with a result, each counted once
  std::int64_t done_again = 0;  // results of trials that had one
  std::int64_t failed = 0;
  std::int64_t slots = 0;
  std::int64_t workers_lost = 0;
  std::int64_t interrupted = 0;  // attempts that ended with their worker or slot
  std::int64_t overtaken = 0;    // times that a trial was begun before one that had come back
  double makespan = 0;           // over all slots, without the time between them
  double lower_bound = 0;        // the work shared out evenly, or the longest trial
  double utilisation = 0;        // time that went into results / time of living workers
};

FleetOutcome simulate(const Fleet& fleet);

}  // namespace headsweep::orchestrator::testing
