#include "metrics/measure.h"

#include <algorithm>

#include "metrics/attention_similarity.h"
#include "metrics/check_input.h"
#include "metrics/matrix_metrics.h"
#include "metrics/synergy.h"
#include "metrics/vector_similarity.h"
#include "metrics/walk.h"

namespace headsweep::metrics {
namespace {

std::vector<LowerTriangle> head_triangles(const LayerAttention& layer) {
  std::vector<LowerTriangle> heads;
  const auto count = static_cast<std::size_t>(layer.n * layer.n);
  for (std::size_t h = 0; h < layer.importance.size(); ++h) {
    heads.push_back(LowerTriangle::from_dense(layer.attention.subspan(h * count, count), layer.n));
  }
  return heads;
}

LowerTriangle combination(std::span<const LowerTriangle> heads, std::span<const double> importance) {
  LowerTriangle combined(heads.front().size());
  for (std::size_t h = 0; h < heads.size(); ++h) combined.add(importance[h], heads[h]);
  return combined;
}

// The walks of every head and of their combination; the forward flow of each head is normalised before
// combining.
void measure_walks(std::span<const LowerTriangle> heads, const LowerTriangle& combined,
                   std::span<const double> importance, LayerValues& values) {
  LowerTriangle combined_flow(combined.size());
  for (std::size_t h = 0; h < heads.size(); ++h) {
    const LowerTriangle flow = column_normalised(heads[h]);
    combined_flow.add(importance[h], flow);
    set_walk_metrics(heads[h], flow, values.heads[h]);
  }
  set_walk_metrics(combined, combined_flow, values.combined);
}

void measure_fidelity(std::span<const LowerTriangle> heads, const LowerTriangle& combined,
                      std::span<const double> importance, std::int64_t horizon, LayerValues& values) {
  const ParallelFidelity apart = walk_heads_apart(heads, importance, horizon);
  for (std::size_t h = 0; h < heads.size(); ++h) set_fidelity(apart.heads[h], values.heads[h]);
  set_fidelity(walk_to_horizon(combined, horizon), values.combined);
  const double parallel = min_fidelity(apart.average).inner;
  values.combined[Metric::kFidelityParallel] = parallel;
  values.combined[Metric::kFidelitySwitchingGain] = values.combined[Metric::kFidelityMinInner] - parallel;
}

// The published form counts a = b and carries its sign already; without a = b both are minus the mean
// similarity.
void set_disagreement(const PairMean& similarity, Metric distinct, Metric with_self, MetricValues& values) {
  values[distinct] = -similarity.distinct;
  values[with_self] = -similarity.with_self;
}

void measure_diversity(const LayerAttention& layer, std::span<const LowerTriangle> heads,
                       MetricValues& values) {
  set_disagreement(attention_overlap(heads), Metric::kDisagreementPosition, Metric::kDisagreementPositionLi,
                   values);
  values[Metric::kJsDivergence] = js_divergence(heads);
  values[Metric::kCosineSimilarity] = attention_cosine(heads);
  values[Metric::kCommutatorNorm] = commutator_norm(heads);
  if (!layer.values.empty()) {
    const HeadVectors vectors{layer.heads, layer.n, layer.columns, layer.values};
    set_disagreement(position_cosine(vectors), Metric::kDisagreementSubspace, Metric::kDisagreementSubspaceLi,
                     values);
  }
  if (!layer.outputs.empty()) {
    const HeadVectors vectors{layer.heads, layer.n, layer.columns, layer.outputs};
    set_disagreement(position_cosine(vectors), Metric::kDisagreementOutput, Metric::kDisagreementOutputLi,
                     values);
    values[Metric::kLinearCka] = linear_cka(vectors);
  }
}

void measure_relevant_fidelity(std::span<const LowerTriangle> heads, const LowerTriangle& combined,
                               const MeasureOptions& options, LayerValues& values) {
  if (options.needed_keys.empty()) return;
  const auto measure = [&](const LowerTriangle& matrix) {
    return relevant_fidelity(matrix, options.needed_keys, options.horizon);
  };
  values.combined[Metric::kFidelityRelevant] = measure(combined);
  for (std::size_t h = 0; h < heads.size(); ++h)
    values.heads[h][Metric::kFidelityRelevant] = measure(heads[h]);
}

}  // namespace

LayerValues measure_layer(const LayerAttention& layer, const MeasureOptions& options) {
  check_layer(layer);
  check_options(options, layer.n);
  const std::vector<LowerTriangle> heads = head_triangles(layer);
  const LowerTriangle combined = combination(heads, layer.importance);
  LayerValues values{{}, std::vector<MetricValues>(heads.size())};
  for (std::size_t h = 0; h < heads.size(); ++h)
    values.heads[h][Metric::kHeadImportance] = layer.importance[h];
  measure_walks(heads, combined, layer.importance, values);
  measure_fidelity(heads, combined, layer.importance, options.horizon, values);
  if (options.core_only) return values;
  set_synergies(layer.importance, values);
  measure_diversity(layer, heads, values.combined);
  measure_relevant_fidelity(heads, combined, options, values);
  return values;
}

std::vector<double> combine(const LayerAttention& layer) {
  check_layer(layer);
  const LowerTriangle combined = combination(head_triangles(layer), layer.importance);
  std::vector<double> dense(static_cast<std::size_t>(layer.n * layer.n));
  for (std::int64_t i = 0; i < layer.n; ++i) std::ranges::copy(combined.row(i), dense.begin() + i * layer.n);
  return dense;
}

}  // namespace headsweep::metrics
