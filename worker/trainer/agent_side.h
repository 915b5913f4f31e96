// What the training of a bundle asks of the process around it.
#pragma once

#include <optional>

#include "protocol/messages.h"

namespace headsweep::trainer {

class AgentSide {
 public:
  virtual ~AgentSide() = default;

  virtual void send(const protocol::Message& message) = 0;
  // Whether StopTraining has come. Cheap: asked between training steps.
  virtual bool stop_requested() = 0;
  // Where member 0 of that attempt's gang listens, once that is known. Cheap.
  virtual std::optional<protocol::GangAddress> gang_address(protocol::AttemptId attempt) = 0;
  // Why that attempt is to be abandoned (AbandonAttempt), if it is. Cheap.
  virtual std::optional<std::string> abandoned(protocol::AttemptId attempt) = 0;
};

}  // namespace headsweep::trainer
