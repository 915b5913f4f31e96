#include "worker/agent/running_bundle.h"

#include <algorithm>

namespace headsweep::agent {

RunningBundle::RunningBundle(std::span<const protocol::Assignment> bundle,
                             std::optional<protocol::GangPlace> gang, const AgentLimits& limits, Time now)
    : gang_(gang), progress_(limits, now), last_answer_(now) {
  open_.reserve(bundle.size());
  for (const protocol::Assignment& one : bundle)
    open_.push_back({one.attempt, one.trial, bundle.front().trial, std::nullopt});
}

OpenAttempt* RunningBundle::find(protocol::AttemptId attempt) {
  const auto found = std::ranges::find(open_, attempt, &OpenAttempt::attempt);
  return found == open_.end() ? nullptr : &*found;
}

OpenAttempt RunningBundle::take(const OpenAttempt* attempt, Time now) {
  const OpenAttempt taken = *attempt;
  open_.erase(open_.begin() + (attempt - open_.data()));
  progress_.on_answer(now);
  last_answer_ = now;
  return taken;
}

}  // namespace headsweep::agent
