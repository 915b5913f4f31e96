#include "worker/agent/coordinator_watch.h"

#include <algorithm>

namespace headsweep::agent {

bool CoordinatorWatch::beat(Time now) {
  if (!heartbeat_seconds_ || Seconds(now - last_beat_).count() < *heartbeat_seconds_) return false;
  last_beat_ = now;
  return true;
}

bool CoordinatorWatch::lost(Time now) const {
  const double allowed =
      heartbeat_seconds_ ? std::max(limits_.least_silence, limits_.silent_heartbeats * *heartbeat_seconds_)
                         : limits_.welcome;
  return Seconds(now - last_heard_).count() > allowed;
}

}  // namespace headsweep::agent
