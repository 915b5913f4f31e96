// A sweep expanded into its trials: frozen, numbered, keyed, parameter-matched.
#pragma once

#include <cstdint>
#include <functional>
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
  trial::Settings settings;  // resolved, parameter-matched
  std::int64_t parameters;
  std::int64_t combination;  // of the grid
};

struct Plan {
  Sweep sweep;
  std::string hash;         // SHA-256 of canonical_sweep()
  std::int64_t parameters;  // the budget, which every trial meets within its tolerance
  std::vector<PlannedTrial> trials;
  std::vector<std::string> notes;  // lines for the person: what was excluded, what collapsed and why
};

// Canonical JSON of everything that decides which trials there are and what will be tested: settings, axes, zips,
// exclusions, budget, seeds, analysis; without name and [resources]. Sorted keys, shortest numbers, defaults left
// out. Ranges are written as the lists they stand for (as ranges beyond kDefaultMaxTrials values).
std::string canonical_sweep(const Sweep& sweep);
std::string plan_hash(const Sweep& sweep);

// Number of trials before any is excluded or collapsed; saturates at 2^62. Cheap whatever the grid's size.
std::int64_t count_grid(const Sweep& sweep);

// Expands axes (the first slowest, as in the file), zips and seeds (fastest): leaves out what is excluded, matches
// the parameters to the budget, and makes one of combinations that differ only in settings that mean nothing. Throws
// UserError if the grid is larger than `max_trials`, settings contradict each other in some trial, the budget cannot
// be met, two trials are equal for no such reason, or nothing is left.
// `before_each` combination is called and may throw, to give up.
Plan make_plan(
    const Sweep& sweep, std::int64_t max_trials = kDefaultMaxTrials,
    const std::function<void()>& before_each = [] {});

// How `wanted` differs from the sweep frozen as `frozen_canonical`, in words for an error message:
// "seeds: 3 -> 5; axes.model.heads: [1, 2] -> [1, 2, 4]". Empty if they are equal.
std::string describe_difference(const std::string& frozen_canonical, const Sweep& wanted);

// The part of it that must not follow from results: [analysis], [replicate], and all of a sweep with [replicate], whose rule
// decides for all arms together.
std::string describe_change_of_tests(const std::string& frozen_canonical, const Sweep& wanted);

}  // namespace headsweep::sweep
