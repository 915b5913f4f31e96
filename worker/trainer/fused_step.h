// The fused training step (worker/fused) behind the interface of every way to train.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "worker/trainer/partial_step.h"
#include "worker/trainer/training_step.h"

namespace headsweep::trainer {

// For float32 buffers on the CPU. Borrows `buffers`. `settings`: one a trial, of equal shapes; the step advances only
// those trials for which fused::why_not_fused() has nothing to say. A trial's bits depend neither on `threads` nor on
// the others.
std::unique_ptr<TrainingStep> make_fused_step(const std::vector<trial::Settings>& settings,
                                              const BundleBuffers& buffers, std::size_t threads);

// The same for one trial, whose batch several workers share.
std::unique_ptr<PartialStep> make_fused_part(const trial::Settings& settings, const BundleBuffers& buffers,
                                             const RowRange& rows, std::size_t threads);

}  // namespace headsweep::trainer
