#include "tests/orchestrator/ledger.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace headsweep::orchestrator::testing {

void Ledger::add(const results::Record& record) {
  if (const auto* seen = std::get_if<results::WorkerSeen>(&record)) {
    const auto [place, is_new] = workers_.emplace(seen->worker, "");
    EXPECT_TRUE(is_new || place->second == "lost") << "worker " << seen->worker << " seen twice";
    place->second = "";
  } else if (const auto* left = std::get_if<results::WorkerEnded>(&record)) {
    EXPECT_TRUE(workers_.contains(left->worker) && workers_[left->worker].empty());
    workers_[left->worker] = left->state;
  } else if (const auto* started = std::get_if<results::AttemptStarted>(&record)) {
    begin(*started);
  } else if (const auto* done = std::get_if<results::AttemptSucceeded>(&record)) {
    end(done->attempt, done->trial);
    EXPECT_TRUE(done_.insert(done->trial).second) << "trial " << done->trial << " done twice";
  } else if (const auto* ended = std::get_if<results::AttemptEnded>(&record)) {
    end(ended->failure.attempt, ended->trial);
    ++ends_[ended->failure.reason];
    if (ended->trial_state == results::TrialState::kFailed) failed_.insert(ended->trial);
  } else if (const auto* progress = std::get_if<results::WorkerProgress>(&record)) {
    EXPECT_TRUE(at_work_.contains(progress->trial))
        << "progress of trial " << progress->trial << ", which does not run";
  } else {
    ++events_[std::get<results::Event>(record).kind];
  }
}

void Ledger::begin(const results::AttemptStarted& started) {
  EXPECT_TRUE(workers_.contains(started.worker) && workers_[started.worker].empty())
      << "worker " << started.worker << " is not there";
  EXPECT_TRUE(begun_.insert(started.attempt).second) << "attempt " << started.attempt << " began twice";
  EXPECT_TRUE(at_work_.insert(started.trial).second) << "trial " << started.trial << " is at work twice";
  EXPECT_FALSE(done_.contains(started.trial) || failed_.contains(started.trial));
  running_[started.attempt] = started.trial;
}

void Ledger::end(protocol::AttemptId attempt, protocol::TrialId trial) {
  const auto found = running_.find(attempt);
  ASSERT_NE(found, running_.end()) << "attempt " << attempt << " ends but does not run";
  EXPECT_EQ(found->second, trial);
  running_.erase(found);
  at_work_.erase(trial);
}

std::int64_t Ledger::ends(protocol::EndReason reason) const {
  const auto found = ends_.find(reason);
  return found == ends_.end() ? 0 : found->second;
}

std::int64_t Ledger::events(const std::string& kind) const {
  const auto found = events_.find(kind);
  return found == events_.end() ? 0 : found->second;
}

std::int64_t Ledger::workers_ended(const std::string& state) const {
  return std::ranges::count_if(workers_, [&](const auto& worker) { return worker.second == state; });
}

}  // namespace headsweep::orchestrator::testing
