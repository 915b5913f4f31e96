// When a trainer that says nothing counts as hung, learnt from its own pace.
#pragma once

#include "worker/agent/agent_limits.h"
#include "worker/agent/awake_clock.h"

namespace headsweep::agent {

class ProgressDeadline {
 public:
  // A bundle begins.
  ProgressDeadline(const AgentLimits& limits, Time now);

  // A progress message; `steps_per_second` as it says (not positive: not known), and whether it writes from now on.
  void on_progress(Time now, double steps_per_second, bool writes);
  // A trial of the bundle ended: the next may need as long to begin as the first did.
  void on_answer(Time now);

  // Seconds since the last sign of life, and how many are allowed.
  [[nodiscard]] double silence(Time now) const;
  [[nodiscard]] double allowed() const;
  // Whether it said last that it writes.
  [[nodiscard]] bool writes() const { return writes_; }

 private:
  AgentLimits limits_;
  Time last_;
  bool progressed_ = false;  // since the bundle began or a trial of it ended
  bool writes_ = false;
  double longest_gap_ = 0;  // seconds between progress messages, or of one step
};

}  // namespace headsweep::agent
