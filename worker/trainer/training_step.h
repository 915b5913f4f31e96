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

  // As many updates one after another as are made best in one go, which is what a GPU's speed needs.
  [[nodiscard]] virtual std::int64_t updates_at_once() const { return 1; }
  // Updates number `step` .. `step + updates - 1`, with the same bits as one by one; [updates][trials]. A trial whose
  // loss is no number any more is advanced on: its numbers mean nothing.
  virtual std::vector<BatchOutcome> advance_several(std::int64_t step, std::int64_t updates,
                                                    std::span<const std::size_t> trials);
};

// The definition: training_loss() and LibTorch's autograd, one trial after another, in the dtype of the buffers.
// Borrows `buffers`. `settings`: one a trial, of equal shapes. On a CPU the last bits depend on `threads`.
std::unique_ptr<TrainingStep> make_eager_step(const std::vector<trial::Settings>& settings,
                                              const BundleBuffers& buffers, std::int64_t threads = 1);

}  // namespace headsweep::trainer
