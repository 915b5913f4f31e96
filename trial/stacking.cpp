#include "trial/stacking.h"

namespace headsweep::trial {

StackShape stack_shape(const Settings& settings) {
  const ModelSettings& model = settings.model;
  return {.vocabulary = model.vocabulary,
          .length = model.length,
          .width = model.width,
          .layers = model.layers,
          .query_key_width = model.query_key_width(),
          .attention_width = model.attention_width(),
          .mlp_width = model.mlp_width,
          .wider_mlps = model.wider_mlps,
          .mixed_heads = model.talking_heads ? model.heads : 0,
          .batch = settings.training.batch,
          .steps = settings.training.steps,
          .measured_sequences = settings.measure.sequences,
          .measured_every = settings.measure.every,
          .horizon = settings.measure.horizon};
}

bool may_stack(const Settings& a, const Settings& b) {
  return stack_shape(a) == stack_shape(b);
}

}  // namespace headsweep::trial
