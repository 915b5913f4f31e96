// How a trainer ended, in the terms of AttemptFailed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocol/messages.h"

namespace headsweep::agent {

// What the operating system says: exactly one is set.
struct TrainerExit {
  std::optional<std::int64_t> signal;
  std::optional<std::int64_t> exit_code;
};

// "was killed by signal 11 (SIGSEGV)", "exited with code 3".
std::string to_text(const TrainerExit& exit);

// What is recorded of an attempt that ended with its trainer.
struct FailureCause {
  protocol::EndReason reason;
  std::string message;
  TrainerExit exit;  // neither is set where the agent ended the trainer: the signal was its own
};

// The cause if the trainer ended without being told to.
FailureCause unexpected_end(const TrainerExit& exit);

}  // namespace headsweep::agent
