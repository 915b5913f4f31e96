#include "worker/trainer/head_diversity.h"

#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "errors/check.h"

namespace headsweep::trainer {
namespace {

using at::Tensor;

constexpr std::array<std::string_view, 5> kNames = {"none", "output", "position", "subspace", "js"};

// Where a norm or a probability is zero, derivatives would be NaN times zero. Nothing trained is as small.
constexpr double kTiny = std::numeric_limits<float>::min();

// Mean cosine of vectors[b, h, ..., :] over pairs of different heads and everything else. A zero vector has
// cosine 0.
Tensor mean_cosine(const Tensor& vectors) {
  const Tensor norms = at::linalg_vector_norm(vectors, 2, {-1}, /*keepdim=*/true);
  const Tensor units = vectors / norms.clamp_min(kTiny);
  // |sum_h u_h|^2 = sum_h |u_h|^2 + the sum over ordered pairs: linear in the number of heads.
  const Tensor ordered_pairs = units.sum(1).square().sum(-1) - units.square().sum(-1).sum(1);
  const auto heads = static_cast<double>(vectors.size(1));
  return ordered_pairs.mean() / (heads * (heads - 1));
}

// In nats, of distributions along the last dimension.
Tensor entropy(const Tensor& probabilities) {
  return -(probabilities * probabilities.clamp_min(kTiny).log()).sum(-1);
}

Tensor jensen_shannon(const Tensor& attention) {
  const Tensor of_mean = entropy(attention.mean(1));
  const Tensor mean_of = entropy(attention).mean(1);
  return (of_mean - mean_of).mean() / std::log(static_cast<double>(attention.size(1)));
}

Tensor layer_diversity(Penalty penalty, const LayerAttention& layer) {
  switch (penalty) {
    case Penalty::kOutput:
      return -mean_cosine(layer.outputs);
    case Penalty::kPosition:
      return -mean_cosine(layer.attention.flatten(2));
    case Penalty::kSubspace:
      return -mean_cosine(layer.values);
    default:
      return jensen_shannon(layer.attention);
  }
}

}  // namespace

Penalty penalty_of(const trial::Settings& settings) {
  if (settings.model.heads == 1 || settings.diversity.penalty_weight == 0) return Penalty::kNone;
  for (std::size_t kind = 0; kind < kNames.size(); ++kind) {
    if (settings.diversity.penalty == kNames[kind]) return static_cast<Penalty>(kind);
  }
  check(false, "checked settings name a known penalty");
  return Penalty::kNone;
}

Tensor head_diversity(Penalty penalty, std::span<const LayerAttention> layers) {
  check(penalty != Penalty::kNone && !layers.empty(), "diversity is asked for, of some layers");
  Tensor sum = layer_diversity(penalty, layers.front());
  for (const LayerAttention& layer : layers.subspan(1)) sum = sum + layer_diversity(penalty, layer);
  return sum / static_cast<double>(layers.size());
}

}  // namespace headsweep::trainer
