// One deadline a worker, and who has passed it.
#pragma once

#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "protocol/links.h"

namespace headsweep::orchestrator {

// O(log n) per call. Equal deadlines pass in the order of the workers' numbers.
class Deadlines {
 public:
  // Replaces the worker's deadline, if it has one. Seconds of whatever clock the caller uses.
  void set(protocol::WorkerId worker, double when);
  void clear(protocol::WorkerId worker);
  // Removes and returns the first worker whose deadline is at or before `now`, or nothing.
  std::optional<protocol::WorkerId> pop_passed(double now);

 private:
  std::set<std::pair<double, protocol::WorkerId>> order_;
  std::unordered_map<protocol::WorkerId, double> when_;  // looked up only, never iterated
};

}  // namespace headsweep::orchestrator
