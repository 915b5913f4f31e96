#include "worker/trainer/stack_timing.h"

#include <algorithm>

#include "errors/check.h"

namespace headsweep::trainer {

std::int64_t smallest_near_best(std::span<const StackTiming> timings) {
  check(!timings.empty(), "a stack is chosen from timings");
  const double best = std::ranges::max(timings, {}, &StackTiming::trials_per_second).trials_per_second();
  const auto is_near = [best](const StackTiming& timing) {
    return timing.trials_per_second() >= (1 - kNearBest) * best;
  };
  std::int64_t smallest = 0;
  for (const StackTiming& timing : timings) {
    if (is_near(timing) && (smallest == 0 || timing.trials < smallest)) smallest = timing.trials;
  }
  return smallest;
}

bool may_grow(std::span<const StackTiming> timings) {
  if (timings.size() < 2) return true;
  const double before = timings[timings.size() - 2].trials_per_second();
  return timings.back().trials_per_second() > (1 + kNearBest) * before;
}

}  // namespace headsweep::trainer
