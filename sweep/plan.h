// A sweep expanded into its trials: frozen, numbered, keyed, parameter-matched.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sweep/sweep_file.h"
#include "trial/settings.h"

namespace headsweep::sweep {

inline constexpr std::int64_t kDefaultMaxTrials = 1'000'000;

struct PlannedTrial {
  std::int64_t number;  // 1-based, in the order of expansion
  std::string key;
  trial::Settings settings;  // resolved
  std::int64_t parameters;
};

struct Plan {
  Sweep sweep;
  std::string hash;         // SHA-256 of canonical_sweep()
  std::int64_t parameters;  // of every trial
  std::vector<PlannedTrial> trials;
};

// Canonical JSON of everything that decides which trials there are and what will be tested: settings, axes,
// seeds, analysis; without name and [resources]. Sorted keys, shortest numbers.
std::string canonical_sweep(const Sweep& sweep);
std::string plan_hash(const Sweep& sweep);

// Number of trials before equal ones are merged; saturates at 2^62. Cheap whatever the grid's size.
std::int64_t count_grid(const Sweep& sweep);

// Expands axes (first axis slowest, as in the file) x seeds (fastest). Throws UserError if the grid is larger
// than `max_trials`, settings contradict each other in some trial, two trials are equal, or parameter counts
// differ (naming the two arms, their counts and what to change).
Plan make_plan(const Sweep& sweep, std::int64_t max_trials = kDefaultMaxTrials);

// How `wanted` differs from the sweep frozen as `frozen_canonical`, in words for an error message:
// "seeds: 3 -> 5; axes.model.heads: [1, 2] -> [1, 2, 4]". Empty if they are equal.
std::string describe_difference(const std::string& frozen_canonical, const Sweep& wanted);

}  // namespace headsweep::sweep
