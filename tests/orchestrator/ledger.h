// Reads a run's records as the store would and checks that they make sense: every attempt number is used
// once, begins before it ends, ends once; a trial has one attempt at a time and is done or failed at most
// once.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "results/store_writer.h"

namespace headsweep::orchestrator::testing {

class Ledger {
 public:
  // Reports a broken rule as a test failure.
  void add(const results::Record& record);

  [[nodiscard]] bool is_done(protocol::TrialId trial) const { return done_.contains(trial); }
  [[nodiscard]] bool is_failed(protocol::TrialId trial) const { return failed_.contains(trial); }
  [[nodiscard]] std::int64_t done() const { return std::ssize(done_); }
  [[nodiscard]] std::int64_t failed() const { return std::ssize(failed_); }
  // Attempts that began and have not ended.
  [[nodiscard]] std::int64_t open_attempts() const { return std::ssize(running_); }
  [[nodiscard]] std::int64_t attempts() const { return std::ssize(begun_); }
  // Ends without a result, by reason.
  [[nodiscard]] std::int64_t ends(protocol::EndReason reason) const;
  [[nodiscard]] std::int64_t events(const std::string& kind) const;
  [[nodiscard]] std::int64_t workers_ended(const std::string& state) const;

 private:
  void begin(const results::AttemptStarted& started);
  void end(protocol::AttemptId attempt, protocol::TrialId trial);

  std::map<protocol::AttemptId, protocol::TrialId> running_;
  std::set<protocol::AttemptId> begun_;
  std::set<protocol::TrialId> at_work_;
  std::set<protocol::TrialId> done_;
  std::set<protocol::TrialId> failed_;
  std::map<protocol::EndReason, std::int64_t> ends_;
  std::map<std::string, std::int64_t> events_;
  std::map<protocol::WorkerId, std::string> workers_;  // "" while it is there
};

}  // namespace headsweep::orchestrator::testing
