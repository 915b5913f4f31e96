// What the training of a bundle asks of the process around it.
#pragma once

#include "protocol/messages.h"

namespace headsweep::trainer {

class AgentSide {
 public:
  virtual ~AgentSide() = default;

  virtual void send(const protocol::Message& message) = 0;
  // Whether StopTraining has come. Cheap: asked between training steps.
  virtual bool stop_requested() = 0;
};

}  // namespace headsweep::trainer
