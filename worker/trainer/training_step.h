// One optimiser update of a bundle of trials: the interface of every way to train.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "trial/settings.h"
#include "worker/trainer/bundle_buffers.h"

namespace headsweep::trainer {

// Of one trial's batch, with the weights before the update and dropout on.
struct BatchOutcome {
  double loss;                      // mean cross entropy over the loss positions; may be NaN or infinite
  double accuracy;                  // fraction of the loss positions
  std::optional<double> diversity;  // of the heads, where a penalty acts on it (head_diversity.h)
};

class TrainingStep {
 public:
  virtual ~TrainingStep() = default;

  // Update number `step` (from 0) of the trials numbered in `trials`: data, forward, backward, Adam. Leaves
  // the gradients in the buffers. One outcome a trial of `trials`. A trial's bits do not depend on the
  // others.
  virtual std::vector<BatchOutcome> advance(std::int64_t step, std::span<const std::size_t> trials) = 0;
};

// The definition: training_loss() and LibTorch's autograd, one trial after another, in the dtype of the buffers.
// Borrows `buffers`. `settings`: one a trial, of equal shapes.
std::unique_ptr<TrainingStep> make_eager_step(const std::vector<trial::Settings>& settings,
                                              const BundleBuffers& buffers);

}  // namespace headsweep::trainer
