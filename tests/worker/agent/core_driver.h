// Drives an AgentCore through a script of events at chosen times and says in words what it wants done.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "worker/agent/agent_core.h"

namespace headsweep::agent {

// An assignment of default settings; its trial is 100 + attempt.
protocol::Assignment assignment(protocol::AttemptId attempt);
protocol::Assign assign(const std::vector<protocol::AttemptId>& attempts);
protocol::Welcome welcome();  // heartbeat 1 s, trial_timeout 1000 s

// "-> attempt_done 7", "-> failed 7 trainer_killed", "-> stack 8", "choose stack", "start", "train 7 8", "stop", "kill", "end dismissed".
// Messages are encoded and decoded on the way.
std::string describe(const Action& action);

class CoreDriver {
 public:
  explicit CoreDriver(const AgentLimits& limits = {}) : core({"node7", 1, "cpu", 1}, limits, now) {}

  // Seconds pass, with a look at the clock every tenth, and a sign of life from the coordinator if it has any.
  void pass(double seconds, bool coordinator_lives = true);

  void coordinator(protocol::Message message) { core.on_coordinator(now, std::move(message)); }
  void trainer(protocol::Message message) { core.on_trainer(now, std::move(message)); }
  void trainer_says_hello(const char* device = "cpu") {
    trainer(protocol::TrainerHello{42, device, "2.13.0"});
  }
  void trainer_dies_of(int signal) { core.on_trainer_exit(now, {signal, std::nullopt}); }
  void trainer_exits(int code) { core.on_trainer_exit(now, {std::nullopt, code}); }

  // To where a trainer has said hello and trains that bundle.
  void begin(const std::vector<protocol::AttemptId>& attempts, const char* device = "cpu");

  // What is wanted since the last call, in words, heartbeats left out.
  std::vector<std::string> wanted();
  // The last failure reported of each attempt.
  std::map<protocol::AttemptId, protocol::AttemptFailed> failures;

  Time now = Time{} + std::chrono::hours(1);
  AgentCore core;
};

}  // namespace headsweep::agent
