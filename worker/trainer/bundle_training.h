// Trains, measures and answers for the trials of a bundle.
#pragma once

#include "protocol/messages.h"
#include "worker/trainer/agent_side.h"
#include "worker/trainer/checkpoint_cost.h"
#include "worker/trainer/trainer_context.h"

namespace headsweep::trainer {

// Every trial gets one answer through `agent`: TrialDone, TrialError or TrialStopped; before that
// TrialProgress at most every half second. What the trials print goes to their logs below the store's folder.
// The trials take their steps together; what goes wrong with one (divergence, an error while it is measured)
// does not touch the others.
// Where a log or the final weights cannot be written the answer is kCannotWrite: nothing is wrong with the trial. It is kError
// where that one file is in the way and others could be written.
// `cost`: of the checkpoints that this process writes.
void train_bundle(const protocol::TrainBundle& bundle, const TrainerContext& context, AgentSide& agent,
                  CheckpointCost& cost);

}  // namespace headsweep::trainer
