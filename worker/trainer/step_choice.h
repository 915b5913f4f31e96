// Which training step each trial of a bundle takes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "worker/trainer/partial_step.h"
#include "worker/trainer/trainer_context.h"
#include "worker/trainer/training_step.h"

namespace headsweep::trainer {

struct StepChoice {
  std::string kind;  // "eager", "fused"
  std::string why;   // why it is eager although fused was not refused; else empty
};

// A function of the trial's settings, device, dtype and what was asked for (context.step: auto, eager, fused) alone,
// not of the bundle that it comes in. `auto` and `fused` mean the same: fused where it can be, else eager.
StepChoice choose_step(const trial::Settings& settings, const TrainerContext& context);

// Advances every trial by the step chosen for it. Borrows `buffers`. `settings`: one a trial, of equal shapes.
std::unique_ptr<TrainingStep> make_chosen_step(const std::vector<trial::Settings>& settings,
                                               const BundleBuffers& buffers, const TrainerContext& context);

// The same step for one trial, whose batch several workers share.
std::unique_ptr<PartialStep> make_chosen_part(const trial::Settings& settings, const BundleBuffers& buffers,
                                              const RowRange& rows, const TrainerContext& context);

}  // namespace headsweep::trainer
