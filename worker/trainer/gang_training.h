// One trial that several workers train: this worker's part.
//
// Each member computes the gradient of its rows of every batch; the sum over the members, which is that of the batch on
// one device but for rounding, updates all of their weights alike. Random decisions follow from places in the whole
// batch, so they are those of one device. Member 0 draws or resumes the weights and gives them to the others, keeps
// checkpoints, measures, and answers for the trial.
#pragma once

#include "protocol/messages.h"
#include "worker/trainer/agent_side.h"
#include "worker/trainer/checkpoint_cost.h"
#include "worker/trainer/trainer_context.h"

namespace headsweep::trainer {

// `bundle` has one trial and a place in a gang. One answer through `agent`: of member 0 TrialDone, of the others
// MemberDone once training has ended; of each TrialError, with kGangLost where others are gone, silent or late (kError if
// they were never met), or TrialStopped: a member that is asked to stop stops all of them after the same update. Where others are lost or all
// stop, member 0 first writes a checkpoint. `cost`: of the checkpoints that this process writes.
void train_gang(const protocol::TrainBundle& bundle, const TrainerContext& context, AgentSide& agent,
                CheckpointCost& cost);

}  // namespace headsweep::trainer
