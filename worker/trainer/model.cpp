#include "worker/trainer/model.h"

#include <array>
#include <cmath>
#include <limits>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "errors/check.h"
#include "tasks/task.h"
#include "trial/parameters.h"
#include "worker/trainer/attention_mask.h"

namespace headsweep::trainer {
namespace {

using at::Tensor;

Tensor rms_norm(const Tensor& x, const Tensor& gain) {
  // The default epsilon of PyTorch's layer, which resolves to the arithmetic at run time.
  const double epsilon = x.scalar_type() == at::kDouble ? std::numeric_limits<double>::epsilon()
                                                        : std::numeric_limits<float>::epsilon();
  return at::rms_norm(x, gain.sizes(), gain, epsilon);
}

// [batch, T, heads * k] -> [batch, heads, T, k]
Tensor split_heads(const Tensor& x, std::int64_t columns) {
  return x.view({x.size(0), x.size(1), -1, columns}).transpose(1, 2);
}

Tensor merge_heads(const Tensor& x) {
  return x.transpose(1, 2).flatten(2);
}

// [batch, heads, T, T] of every head -> those that the softmax sees: (heads, heads) times the heads.
Tensor mix_heads(const Tensor& talking, const Tensor& scores) {
  return at::matmul(talking, scores.flatten(2)).view(scores.sizes());
}

Tensor mlp_block(const LayerWeights& w, const Tensor& x, const LayerDropout& dropout) {
  const Tensor hidden = at::relu(at::linear(rms_norm(x, w.mlp_gain), w.mlp_in_weight, w.mlp_in_bias));
  const Tensor output = at::linear(hidden, w.mlp_out_weight, w.mlp_out_bias);
  return dropout.mlp.defined() ? output * dropout.mlp : output;
}

// In the order of the layout.
using W = LayerWeights;
constexpr std::array kLayerRoles = {
    &W::query_weight,  &W::query_bias,    &W::key_weight,     &W::key_bias,     &W::value_weight,
    &W::value_bias,    &W::output_weight, &W::output_bias,    &W::talking,      &W::attention_gain,
    &W::mlp_in_weight, &W::mlp_in_bias,   &W::mlp_out_weight, &W::mlp_out_bias, &W::mlp_gain};

// The tensors of a layout by their roles.
ModelWeights model_weights(const trial::ModelSettings& model, const std::vector<Tensor>& tensors) {
  const std::size_t roles = kLayerRoles.size() - (model.talking_heads ? 0 : 1);
  check(tensors.size() == 4 + roles * static_cast<std::size_t>(model.layers),
        "the layout has the tensors of the model and no others");
  auto next = tensors.begin();
  ModelWeights weights;
  weights.token_embedding = *next++;
  weights.position_embedding = *next++;
  for (std::int64_t layer = 0; layer < model.layers; ++layer) {
    LayerWeights w;
    for (Tensor W::*role : kLayerRoles) {
      if (role != &W::talking || model.talking_heads) w.*role = *next++;
    }
    weights.layers.push_back(std::move(w));
  }
  weights.logits_weight = *next++;
  weights.logits_bias = *next++;
  return weights;
}

}  // namespace

std::vector<Tensor> parameter_views(const trial::ModelSettings& model, const Tensor& flat) {
  std::vector<Tensor> views;
  for (const trial::ParameterTensor& tensor : trial::parameter_layout(model)) {
    const Tensor elements = flat.narrow(0, tensor.offset, tensor.count());
    const bool is_vector = tensor.kind == trial::TensorKind::kBias || tensor.kind == trial::TensorKind::kGain;
    views.push_back(is_vector ? elements : elements.view({tensor.rows, tensor.columns}));
  }
  return views;
}
Model::Model(const trial::Settings& settings, const std::vector<Tensor>& tensors)
    : shapes_(settings.model),
      weights_(model_weights(settings.model, tensors)),
      mask_(attention_mask(settings, weights_.logits_bias.options().requires_grad(false))) {}

Tensor Model::query_key_heads(const Tensor& columns) const {
  const Tensor blocks = split_heads(columns, shapes_.columns_per_head());
  const std::int64_t tied = shapes_.tied_head_count();
  if (tied == 0) return blocks;
  const Tensor common = blocks.narrow(1, 0, 1).expand({-1, tied, -1, -1});
  return at::cat({common, blocks.narrow(1, 1, blocks.size(1) - 1)}, 1);
}

Tensor Model::attention_block(const LayerWeights& w, const Tensor& x, const LayerDropout& dropout,
                              std::vector<LayerAttention>* observed) const {
  const Tensor y = rms_norm(x, w.attention_gain);
  const double scale = 1 / std::sqrt(static_cast<double>(shapes_.columns_per_head()));
  const Tensor query = query_key_heads(at::linear(y, w.query_weight, w.query_bias));
  const Tensor key = query_key_heads(at::linear(y, w.key_weight, w.key_bias));
  const Tensor value = split_heads(at::linear(y, w.value_weight, w.value_bias), shapes_.columns_per_head());
  const Tensor scores = at::matmul(query * scale, key.transpose(2, 3));
  const Tensor heard = w.talking.defined() ? mix_heads(w.talking, scores) : scores;
  const Tensor attention = at::softmax(heard + mask_, 3);
  const bool drops = dropout.attention.defined();
  const Tensor output = at::matmul(drops ? attention * dropout.attention : attention, value);
  if (observed) observed->push_back({attention, value, drops ? at::matmul(attention, value) : output});
  return at::linear(merge_heads(output), w.output_weight, w.output_bias);
}

Tensor Model::forward(const Tensor& tokens, std::span<const LayerDropout> dropout,
                      std::vector<LayerAttention>* observed) const {
  Tensor x = at::embedding(weights_.token_embedding, tokens) + weights_.position_embedding;
  for (std::size_t layer = 0; layer < weights_.layers.size(); ++layer) {
    const LayerDropout masks = dropout.empty() ? LayerDropout{} : dropout[layer];
    const LayerWeights& w = weights_.layers[layer];
    x = x + attention_block(w, x, masks, observed);
    x = x + mlp_block(w, x, masks);
  }
  return at::linear(x, weights_.logits_weight, weights_.logits_bias);
}

Tensor cross_entropy(const Tensor& logits, const Tensor& targets) {
  return at::cross_entropy_loss(logits.flatten(0, 1), targets.flatten(), {}, at::Reduction::Mean,
                                tasks::kNoLoss);
}

Tensor count_correct(const Tensor& logits, const Tensor& targets) {
  const Tensor correct = (logits.argmax(-1) == targets).sum();
  return at::stack({correct, (targets != tasks::kNoLoss).sum()});
}

}  // namespace headsweep::trainer
