#include "orchestrator/checkpoint_time.h"

#include <algorithm>

namespace headsweep::orchestrator {

void CheckpointTimes::observe(protocol::WorkerId worker, double seconds, double flops) {
  newest_[worker] = {.seconds = seconds, .flops = flops};
}

double CheckpointTimes::seconds_for(protocol::WorkerId worker, double flops) const {
  if (const auto own = newest_.find(worker); own != newest_.end()) return scaled(own->second, flops);
  if (newest_.empty()) return kUnknownSeconds;
  double slowest = 0;
  for (const auto& [other, measured] : newest_) slowest = std::max(slowest, scaled(measured, flops));
  return slowest;
}

double CheckpointTimes::scaled(const Measured& measured, double flops) {
  return measured.seconds * std::max(1.0, flops / measured.flops);
}

}  // namespace headsweep::orchestrator
