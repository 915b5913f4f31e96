#include "orchestrator/gang.h"

#include <algorithm>
#include <utility>

#include "errors/check.h"

namespace headsweep::orchestrator {
namespace {

using protocol::EndReason;

int weight(EndReason reason) {
  switch (reason) {
    case EndReason::kGangLost:
      return 0;
    case EndReason::kStopped:
      return 1;
    case EndReason::kWorkerLost:
      return 3;
    default:
      return 2;
  }
}

}  // namespace

void Gang::blame(protocol::WorkerId worker, protocol::AttemptFailed new_failure) {
  const bool is_leaders_stop = worker == leader() && new_failure.reason == EndReason::kStopped;
  const int more = failure ? weight(new_failure.reason) - weight(failure->reason) : 1;
  if (more < 0 || (more == 0 && !is_leaders_stop)) return;
  failure = std::move(new_failure);
  failed = worker;
}

std::vector<protocol::WorkerId> choose_members(const std::set<protocol::WorkerId>& free,
                                               const std::map<protocol::WorkerId, WorkerState>& workers,
                                               std::int64_t count) {
  check(std::ssize(free) >= count, "a gang is chosen from enough free workers");
  std::map<std::string, std::vector<protocol::WorkerId>> by_host;
  for (const protocol::WorkerId worker : free) {
    std::vector<protocol::WorkerId>& neighbours = by_host[workers.at(worker).host];
    neighbours.push_back(worker);
    if (std::ssize(neighbours) == count) return neighbours;
  }
  return {free.begin(), std::next(free.begin(), count)};
}

bool on_one_host(const std::vector<protocol::WorkerId>& members,
                 const std::map<protocol::WorkerId, WorkerState>& workers) {
  return std::ranges::all_of(members, [&](protocol::WorkerId worker) {
    return workers.at(worker).host == workers.at(members.front()).host;
  });
}

std::string names_of(const std::vector<protocol::WorkerId>& members,
                     const std::map<protocol::WorkerId, WorkerState>& workers) {
  std::string names = workers.at(members.front()).name;
  for (std::size_t i = 1; i < members.size(); ++i) {
    names += (i + 1 < members.size() ? ", " : " and ") + workers.at(members[i]).name;
  }
  return names;
}

}  // namespace headsweep::orchestrator
