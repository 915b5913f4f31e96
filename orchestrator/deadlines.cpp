#include "orchestrator/deadlines.h"

namespace headsweep::orchestrator {

void Deadlines::set(protocol::WorkerId worker, double when) {
  clear(worker);
  order_.emplace(when, worker);
  when_[worker] = when;
}

void Deadlines::clear(protocol::WorkerId worker) {
  const auto found = when_.find(worker);
  if (found == when_.end()) return;
  order_.erase({found->second, worker});
  when_.erase(found);
}

std::optional<protocol::WorkerId> Deadlines::pop_passed(double now) {
  if (order_.empty() || order_.begin()->first > now) return std::nullopt;
  const protocol::WorkerId worker = order_.begin()->second;
  clear(worker);
  return worker;
}

}  // namespace headsweep::orchestrator
