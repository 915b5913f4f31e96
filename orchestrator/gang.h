// A trial that several workers train together, under one attempt.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "orchestrator/worker_state.h"
#include "protocol/links.h"
#include "protocol/messages.h"

namespace headsweep::orchestrator {

struct Gang {
  Attempt attempt;
  std::vector<protocol::WorkerId> members;  // in the order of their places: the first answers for the trial
  std::set<protocol::WorkerId> unanswered;  // have neither done their part nor failed, nor are lost
  bool is_done = false;                     // the first has answered for the trial
  std::optional<std::int64_t> first_step;   // that the first told of, maybe while it waited for the others
  std::optional<protocol::AttemptFailed> failure;  // the worst so far
  protocol::WorkerId failed = 0;                   // whose that is

  [[nodiscard]] protocol::WorkerId leader() const { return members.front(); }
  // Whether an update was made, as this step of a message says.
  bool has_advanced(std::int64_t step) {
    if (!first_step) first_step = step;
    return step > *first_step;
  }
  // Takes the failure of a member. That a worker was lost explains all others; what the trial or its trainer did counts
  // more than an agreed stop, and that more than what others saw of it. Among equals the first counts, but for a stop
  // that of the leader, who knows of the checkpoint.
  void blame(protocol::WorkerId worker, protocol::AttemptFailed new_failure);
};

// `count` of `free` workers, of one host if one has so many. Requires at least `count`.
std::vector<protocol::WorkerId> choose_members(const std::set<protocol::WorkerId>& free,
                                               const std::map<protocol::WorkerId, WorkerState>& workers,
                                               std::int64_t count);

// Whether they are all on one host.
bool on_one_host(const std::vector<protocol::WorkerId>& members,
                 const std::map<protocol::WorkerId, WorkerState>& workers);

// "node1/71, node1/72 and node2/15".
std::string names_of(const std::vector<protocol::WorkerId>& members,
                     const std::map<protocol::WorkerId, WorkerState>& workers);

}  // namespace headsweep::orchestrator
