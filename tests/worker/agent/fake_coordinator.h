// A coordinator in memory: hands out bundles of fake trials, notes the answers, ends the run when all are answered.
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include "fake_trials.h"
#include "protocol/links.h"

namespace headsweep::agent {

class FakeCoordinator : public protocol::CoordinatorLink {
 public:
  explicit FakeCoordinator(const std::filesystem::path& store_folder);

  // Before the run. Attempts are numbered from 1, in the order of these calls.
  void assign(const std::vector<FakeTrial>& bundle);
  protocol::Welcome welcome;
  bool drain_on_progress = false;  // with the first AttemptProgress
  bool silent = false;             // after Welcome and the bundles
  bool ended = false;              // its process, as far as the transport knows
  void shut_down() { outbox_.emplace_back(protocol::Shutdown{}); }

  void send(const protocol::Message& message) override;
  std::optional<protocol::Message> receive() override;
  [[nodiscard]] bool has_ended() override { return ended; }

  // After the run.
  std::optional<protocol::WorkerHello> hello;
  std::map<protocol::AttemptId, protocol::TrialResult> results;
  std::map<protocol::AttemptId, protocol::AttemptFailed> failures;
  std::vector<protocol::AttemptId> returned;
  bool said_goodbye = false;

 private:
  void end_when_all_answered();

  std::deque<protocol::Message> bundles_;
  std::deque<protocol::Message> outbox_;
  protocol::AttemptId assigned_ = 0;
};

}  // namespace headsweep::agent
