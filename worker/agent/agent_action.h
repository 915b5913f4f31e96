// What the agent's core wants done. The loop does it; tests look at it.
#pragma once

#include <variant>

#include "protocol/messages.h"
#include "worker/agent/run_agent.h"

namespace headsweep::agent {

struct ToCoordinator {
  protocol::Message message;
};
// An AttemptFailed whose log_tail is still to be filled in: from the trial's log, continued by that of the trial in whose log
// their bundle is trained (itself where it is trained alone), or before it has one from the worker's. Where no trainer could
// be started, from the worker's; if one ended before its hello, the message is to be completed with what it wrote last.
struct ReportFailure {
  protocol::AttemptFailed failure;
  protocol::TrialId trial;
  protocol::TrialId logged_with;
};
// There is none. Answered by on_trainer(TrainerHello), on_trainer_exit() or on_start_failed().
struct StartTrainer {
  std::string store_folder;
  std::string device;  // as Welcome says it
  std::int64_t threads;
  std::string step;
  bool tf32;
};
struct ToTrainer {
  protocol::Message message;
};
// By its process group. Answered by on_trainer_exit().
struct KillTrainer {};
// Nothing more will be asked for. A trainer that still lives is to be killed.
struct EndAgent {
  AgentEnd how;
};

using Action = std::variant<ToCoordinator, ReportFailure, StartTrainer, ToTrainer, KillTrainer, EndAgent>;

}  // namespace headsweep::agent
