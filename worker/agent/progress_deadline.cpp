#include "worker/agent/progress_deadline.h"

#include <algorithm>

namespace headsweep::agent {

ProgressDeadline::ProgressDeadline(const AgentLimits& limits, Time now) : limits_(limits), last_(now) {}

void ProgressDeadline::on_progress(Time now, double steps_per_second, bool writes) {
  if (progressed_ && !writes_) longest_gap_ = std::max(longest_gap_, silence(now));
  if (steps_per_second > 0) longest_gap_ = std::max(longest_gap_, 1 / steps_per_second);
  progressed_ = true;
  writes_ = writes;
  last_ = now;
}

void ProgressDeadline::on_answer(Time now) {
  progressed_ = writes_ = false;
  last_ = now;
}

double ProgressDeadline::silence(Time now) const {
  return Seconds(now - last_).count();
}

double ProgressDeadline::allowed() const {
  const double by_pace = std::max(limits_.least_progress, limits_.progress_gaps * longest_gap_);
  if (writes_) return std::max(limits_.writing, by_pace);
  return progressed_ ? by_pace : std::max(limits_.first_progress, by_pace);
}

}  // namespace headsweep::agent
