#include "orchestrator/speed.h"

#include <algorithm>

namespace headsweep::orchestrator {
namespace {

constexpr double kNewestWeight = 0.25;

}  // namespace

void Speed::observe(double seconds, double flops) {
  if (flops <= 0) return;
  const double newest = std::max(0.0, seconds) / flops;
  seconds_per_flop_ =
      seconds_per_flop_ ? (1 - kNewestWeight) * *seconds_per_flop_ + kNewestWeight * newest : newest;
}

std::optional<double> Speed::seconds_for(double flops) const {
  if (!seconds_per_flop_) return std::nullopt;
  return *seconds_per_flop_ * flops;
}

std::optional<double> Speed::flops_per_second() const {
  if (!seconds_per_flop_ || *seconds_per_flop_ <= 0) return std::nullopt;
  return 1 / *seconds_per_flop_;
}

}  // namespace headsweep::orchestrator
