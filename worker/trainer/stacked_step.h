// The stacked training step (worker/stacked) behind the interface of every way to train.
#pragma once

#include <memory>
#include <vector>

#include "worker/trainer/training_step.h"

namespace headsweep::trainer {

// For float32 buffers on a CUDA device, in a build that has its programs. Borrows `buffers`. `settings`: one a trial, of
// equal weight shapes and batch; the step advances only those trials for which stacked::why_not_stacked() has nothing to
// say. A trial's bits do not depend on the others. `tf32`: as in stacked::StackOptions.
std::unique_ptr<TrainingStep> make_stacked_step(const std::vector<trial::Settings>& settings,
                                                const BundleBuffers& buffers, bool tf32);

}  // namespace headsweep::trainer
