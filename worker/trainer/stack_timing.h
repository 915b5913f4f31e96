// How many trials a device best trains at once, from timings.
#pragma once

#include <cstdint>
#include <span>

namespace headsweep::trainer {

// An update of so many stacked trials takes so long.
struct StackTiming {
  std::int64_t trials;    // at least 1
  double update_seconds;  // of all of them together; > 0

  [[nodiscard]] double trials_per_second() const { return static_cast<double>(trials) / update_seconds; }
};

// Within this share of the best rate a smaller stack is taken: results come sooner, less is lost with a worker, and the
// end of a sweep is easier to share out.
inline constexpr double kNearBest = 0.03;

// The smallest stack whose rate is near the best of `timings`. Requires at least one timing.
std::int64_t smallest_near_best(std::span<const StackTiming> timings);

// Whether twice the last stack is worth timing: `timings` are of growing stacks, and the last one still paid.
bool may_grow(std::span<const StackTiming> timings);

}  // namespace headsweep::trainer
