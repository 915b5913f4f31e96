// The life of a trainer under its agent.
#pragma once

#include "worker/trainer/agent_link.h"
#include "worker/trainer/trainer_context.h"

namespace headsweep::trainer {

// Says hello, trains the bundles that come, one after another, and returns when the agent closes the pipe.
// Throws protocol::DecodeError on bytes that are no message.
void serve_agent(AgentLink& agent, const TrainerContext& context);

}  // namespace headsweep::trainer
