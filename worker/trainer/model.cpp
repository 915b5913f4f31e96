#include "worker/trainer/model.h"

#include <cmath>
#include <limits>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "errors/check.h"
#include "tasks/task.h"
#include "trial/parameters.h"

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
Tensor split_heads(const Tensor& x, std::int64_t heads) {
  return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

Tensor merge_heads(const Tensor& x) {
  return x.transpose(1, 2).flatten(2);
}

// -infinity where the key lies after the query.
Tensor causal_mask(std::int64_t length, const Tensor& like) {
  return at::full({length, length}, -std::numeric_limits<double>::infinity(), like.options()).triu_(1);
}

class Forward {
 public:
  Forward(const trial::ModelSettings& model, const Tensor& any_weight)
      : model_(model), causal_mask_(causal_mask(model.length, any_weight)) {}

  Tensor attention_block(const LayerWeights& w, const Tensor& x, const LayerDropout& dropout,
                         std::vector<LayerAttention>* observed) const {
    const Tensor y = rms_norm(x, w.attention_gain);
    const double scale = 1 / std::sqrt(static_cast<double>(model_.columns_per_head()));
    const Tensor query = split_heads(at::linear(y, w.query_weight, w.query_bias), model_.heads);
    const Tensor key = split_heads(at::linear(y, w.key_weight, w.key_bias), model_.heads);
    const Tensor value = split_heads(at::linear(y, w.value_weight, w.value_bias), model_.heads);
    const Tensor scores = at::matmul(query * scale, key.transpose(2, 3));
    const Tensor attention = at::softmax(scores + causal_mask_, 3);
    const Tensor kept = dropout.attention.defined() ? attention * dropout.attention : attention;
    const Tensor output = at::matmul(kept, value);
    if (observed) observed->push_back({attention, value, output});
    return at::linear(merge_heads(output), w.output_weight, w.output_bias);
  }

  static Tensor mlp_block(const LayerWeights& w, const Tensor& x, const LayerDropout& dropout) {
    const Tensor hidden = at::relu(at::linear(rms_norm(x, w.mlp_gain), w.mlp_in_weight, w.mlp_in_bias));
    const Tensor output = at::linear(hidden, w.mlp_out_weight, w.mlp_out_bias);
    return dropout.mlp.defined() ? output * dropout.mlp : output;
  }

 private:
  const trial::ModelSettings& model_;
  Tensor causal_mask_;
};

}  // namespace

std::vector<Tensor> parameter_views(const trial::ModelSettings& model, const Tensor& flat) {
  std::vector<Tensor> views;
  for (const trial::ParameterTensor& tensor : trial::parameter_layout(model)) {
    const Tensor elements = flat.narrow(0, tensor.offset, tensor.count());
    const bool is_matrix =
        tensor.kind == trial::TensorKind::kWeight || tensor.kind == trial::TensorKind::kEmbedding;
    views.push_back(is_matrix ? elements.view({tensor.rows, tensor.columns}) : elements);
  }
  return views;
}

ModelWeights model_weights(const trial::ModelSettings& model, const std::vector<Tensor>& tensors) {
  auto next = tensors.begin();
  ModelWeights weights;
  weights.token_embedding = *next++;
  weights.position_embedding = *next++;
  for (std::int64_t layer = 0; layer < model.layers; ++layer) {
    LayerWeights w;
    for (Tensor LayerWeights::*role :
         {&LayerWeights::query_weight, &LayerWeights::query_bias, &LayerWeights::key_weight,
          &LayerWeights::key_bias, &LayerWeights::value_weight, &LayerWeights::value_bias,
          &LayerWeights::output_weight, &LayerWeights::output_bias, &LayerWeights::attention_gain,
          &LayerWeights::mlp_in_weight, &LayerWeights::mlp_in_bias, &LayerWeights::mlp_out_weight,
          &LayerWeights::mlp_out_bias, &LayerWeights::mlp_gain}) {
      w.*role = *next++;
    }
    weights.layers.push_back(std::move(w));
  }
  weights.logits_weight = *next++;
  weights.logits_bias = *next++;
  check(next == tensors.end(), "the layout has the tensors of the model and no others");
  return weights;
}

Tensor forward(const trial::ModelSettings& model, const ModelWeights& weights, const Tensor& tokens,
               std::span<const LayerDropout> dropout, std::vector<LayerAttention>* observed) {
  const Forward layer_forward(model, weights.logits_bias.detach());
  Tensor x = at::embedding(weights.token_embedding, tokens) + weights.position_embedding;
  for (std::size_t layer = 0; layer < weights.layers.size(); ++layer) {
    const LayerDropout masks = dropout.empty() ? LayerDropout{} : dropout[layer];
    const LayerWeights& w = weights.layers[layer];
    x = x + layer_forward.attention_block(w, x, masks, observed);
    x = x + Forward::mlp_block(w, x, masks);
  }
  return at::linear(x, weights.logits_weight, weights.logits_bias);
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
