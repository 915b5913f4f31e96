// Picks what a test is about out of a scheduler's actions.
#pragma once

#include <vector>

#include "orchestrator/scheduler.h"

namespace headsweep::orchestrator::testing {

// Messages of one kind to one worker, in order.
template <class Kind>
std::vector<Kind> sent(const Actions& actions, protocol::WorkerId worker) {
  std::vector<Kind> found;
  for (const Action& action : actions) {
    const auto* send = std::get_if<SendMessage>(&action);
    if (send == nullptr || send->worker != worker) continue;
    if (const auto* message = std::get_if<Kind>(&send->message)) found.push_back(*message);
  }
  return found;
}

// Records of one kind, in order.
template <class Kind>
std::vector<Kind> recorded(const Actions& actions) {
  std::vector<Kind> found;
  for (const Action& action : actions) {
    const auto* write = std::get_if<WriteRecord>(&action);
    if (write == nullptr) continue;
    if (const auto* record = std::get_if<Kind>(&write->record)) found.push_back(*record);
  }
  return found;
}

inline std::vector<protocol::WorkerId> given_up(const Actions& actions) {
  std::vector<protocol::WorkerId> found;
  for (const Action& action : actions) {
    if (const auto* give_up = std::get_if<GiveUpWorker>(&action)) found.push_back(give_up->worker);
  }
  return found;
}

// Trials of the bundles assigned to one worker, a vector each.
inline std::vector<std::vector<protocol::TrialId>> assigned(const Actions& actions,
                                                            protocol::WorkerId worker) {
  std::vector<std::vector<protocol::TrialId>> bundles;
  for (const protocol::Assign& assign : sent<protocol::Assign>(actions, worker)) {
    std::vector<protocol::TrialId>& bundle = bundles.emplace_back();
    for (const protocol::Assignment& each : assign.bundle) bundle.push_back(each.trial);
  }
  return bundles;
}

}  // namespace headsweep::orchestrator::testing
