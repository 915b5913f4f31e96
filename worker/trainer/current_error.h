// What is being thrown, for the log and the agent.
#pragma once

#include <string>

#include "protocol/messages.h"

namespace headsweep::trainer {

// What ended a trial's attempt.
struct TrainingError {
  protocol::EndReason reason;  // kCannotWrite, kDiverged, else kError
  std::string message;         // one line
};

// The exception that is being handled. Call it in a catch block.
TrainingError current_error();

}  // namespace headsweep::trainer
