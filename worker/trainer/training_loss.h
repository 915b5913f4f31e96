// What training minimises.
#pragma once

#include <span>

#include <ATen/core/Tensor.h>

#include "trial/settings.h"
#include "worker/trainer/model.h"

namespace headsweep::trainer {

struct TrainingLoss {
  at::Tensor logits;     // [batch, T, vocabulary]
  at::Tensor task;       // mean cross entropy over the loss positions
  at::Tensor diversity;  // D of head_diversity.h; undefined without a penalty
  at::Tensor objective;  // task - diversity.penalty_weight * D, or task
};

// Of one batch: tokens and targets [batch, T]. `dropout` as Model::forward() takes it.
TrainingLoss training_loss(const trial::Settings& settings, const Model& model, const at::Tensor& tokens,
                           const at::Tensor& targets, std::span<const LayerDropout> dropout);

}  // namespace headsweep::trainer
