// The nulls that stand beside measured values, and the heads with equal weights: names in `baselines` and in the columns
// <metric>_<null> of `summary`. What each one is: docs/metrics.md.
#pragma once

#include <array>
#include <string_view>

namespace headsweep::results {

struct NullName {
  std::string_view name;
  bool
      of_trial;  // measured with each trial's model; else in closed form, the same for all of one length and horizon
};

// In the order in which they are shown.
inline constexpr std::array kNullNames = {
    NullName{"untrained", true},       NullName{"permuted", true}, NullName{"crossed", true},
    NullName{"equal_weights", true},   NullName{"uniform", false}, NullName{"identity", false},
    NullName{"previous_token", false},
};

}  // namespace headsweep::results
