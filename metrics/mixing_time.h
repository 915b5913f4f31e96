// Steps until a walk is absorbed with a given probability, from the worst start.
#pragma once

#include "metrics/metric.h"
#include "metrics/walk.h"

namespace headsweep::metrics {

inline constexpr double kMixingDistance = 0.25;  // total variation distance; the same as 0.5 in the L1 norm

// The smallest t >= 1 at which the probability of not being absorbed after t steps is at most `distance` from
// every state (that is the total variation distance to the sink). +infinity above kWalkTimeCap steps; NaN
// without states. Requires 0 < distance < 1.
double mixing_time(const Walk& walk, double distance = kMixingDistance);

}  // namespace headsweep::metrics
