#include "worker/agent/trainer_end.h"

#include <cstring>

#include "errors/check.h"

namespace headsweep::agent {

std::string to_text(const TrainerExit& exit) {
  check(exit.signal.has_value() != exit.exit_code.has_value(),
        "an ended trainer has a signal or an exit code");
  if (exit.exit_code) return "exited with code " + std::to_string(*exit.exit_code);
  std::string text = "was killed by signal " + std::to_string(*exit.signal);
  const char* name = sigabbrev_np(static_cast<int>(*exit.signal));
  return name == nullptr ? text : text.append(" (SIG").append(name).append(")");
}

FailureCause unexpected_end(const TrainerExit& exit) {
  if (exit.signal) return {protocol::EndReason::kTrainerKilled, "the trainer " + to_text(exit), exit};
  return {protocol::EndReason::kTrainerExited, "the trainer " + to_text(exit) + " before the trial was done",
          exit};
}

}  // namespace headsweep::agent
