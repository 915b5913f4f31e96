// Heartbeats to the coordinator, and whether it is still there.
#pragma once

#include <optional>

#include "worker/agent/agent_limits.h"
#include "worker/agent/awake_clock.h"

namespace headsweep::agent {

class CoordinatorWatch {
 public:
  CoordinatorWatch(const AgentLimits& limits, Time now)
      : limits_(limits), last_heard_(now), last_beat_(now) {}

  // Heartbeats begin. Requires heartbeat_seconds > 0.
  void on_welcome(double heartbeat_seconds) { heartbeat_seconds_ = heartbeat_seconds; }
  // Any message is a sign of life.
  void on_message(Time now) { last_heard_ = now; }

  // Whether a heartbeat is to be sent now; the next is due one interval later.
  bool beat(Time now);
  [[nodiscard]] bool lost(Time now) const;

 private:
  AgentLimits limits_;
  std::optional<double> heartbeat_seconds_;
  Time last_heard_;
  Time last_beat_;
};

}  // namespace headsweep::agent
