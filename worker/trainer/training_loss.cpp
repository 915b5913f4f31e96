#include "worker/trainer/training_loss.h"

#include <vector>

#include <ATen/TensorOperators.h>

#include "worker/trainer/head_diversity.h"

namespace headsweep::trainer {

TrainingLoss training_loss(const trial::Settings& settings, const Model& model, const at::Tensor& tokens,
                           const at::Tensor& targets, std::span<const LayerDropout> dropout) {
  const Penalty penalty = penalty_of(settings);
  const bool is_penalised = penalty != Penalty::kNone;
  std::vector<LayerAttention> layers;
  TrainingLoss loss;
  loss.logits = model.forward(tokens, dropout, is_penalised ? &layers : nullptr);
  loss.task = cross_entropy(loss.logits, targets);
  loss.objective = loss.task;
  if (is_penalised) {
    loss.diversity = head_diversity(penalty, layers);
    loss.objective = loss.task - loss.diversity * settings.diversity.penalty_weight;
  }
  return loss;
}

}  // namespace headsweep::trainer
