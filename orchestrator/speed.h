// How long an operation takes, learnt from trials.
#pragma once

#include <optional>

namespace headsweep::orchestrator {

// Smoothed seconds per floating-point operation: weight 1/4 on the newest trial.
class Speed {
 public:
  void observe(double seconds, double flops);
  // Nothing before the first observation.
  [[nodiscard]] std::optional<double> seconds_for(double flops) const;
  [[nodiscard]] std::optional<double> flops_per_second() const;

 private:
  std::optional<double> seconds_per_flop_;
};

}  // namespace headsweep::orchestrator
