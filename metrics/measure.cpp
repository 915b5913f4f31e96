#include "metrics/measure.h"

#include "metrics/attention_similarity.h"
#include "metrics/check_input.h"
#include "metrics/layer_heads.h"
#include "metrics/matrix_metrics.h"
#include "metrics/synergy.h"
#include "metrics/vector_similarity.h"
#include "metrics/walk.h"

namespace headsweep::metrics {
namespace {

// The walks of every head and of their combination; the forward flow of each head is normalised before
// combining.
void measure_walks(const LayerHeads& layer, const LowerTriangle& combined, const MeasureOptions& options,
                   LayerValues& values) {
  LowerTriangle combined_flow(combined.size());
  for (std::size_t h = 0; h < layer.attention.size(); ++h) {
    const LowerTriangle flow = column_normalised(layer.attention[h]);
    combined_flow.add(layer.importance[h], flow);
    if (options.heads) {
      set_walk_metrics(layer.attention[h], flow, values.heads[h]);
    } else if (!options.core_only) {
      set_expected_steps(layer.attention[h], flow, values.heads[h]);
    }
  }
  set_walk_metrics(combined, combined_flow, values.combined);
}

void measure_fidelity(const LayerHeads& layer, const LowerTriangle& combined, const MeasureOptions& options,
                      LayerValues& values) {
  const ParallelFidelity apart = walk_heads_apart(layer.attention, layer.importance, options.horizon);
  for (std::size_t h = 0; h < layer.attention.size(); ++h) {
    if (options.heads) {
      set_fidelity(apart.heads[h], values.heads[h]);
    } else {
      set_min_fidelity(apart.heads[h], values.heads[h]);
    }
  }
  const FidelityWalk walk = walk_to_horizon(combined, options.horizon);
  set_fidelity(walk, values.combined);
  values.node_fidelity = walk.peaks().phi;
  values.node_fidelity_t = walk.peaks().step;
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

void measure_diversity(const LayerHeads& layer, MetricValues& values) {
  const std::span<const LowerTriangle> heads = layer.attention;
  set_disagreement(attention_overlap(heads), Metric::kDisagreementPosition, Metric::kDisagreementPositionLi,
                   values);
  values[Metric::kJsDivergence] = js_divergence(heads);
  values[Metric::kCosineSimilarity] = attention_cosine(heads);
  values[Metric::kCommutatorNorm] = commutator_norm(heads);
  if (!layer.values.empty()) {
    const HeadVectors vectors{layer.heads(), layer.positions(), layer.columns, layer.values};
    set_disagreement(position_cosine(vectors), Metric::kDisagreementSubspace, Metric::kDisagreementSubspaceLi,
                     values);
  }
  if (!layer.outputs.empty()) {
    const HeadVectors vectors{layer.heads(), layer.positions(), layer.columns, layer.outputs};
    set_disagreement(position_cosine(vectors), Metric::kDisagreementOutput, Metric::kDisagreementOutputLi,
                     values);
    values[Metric::kLinearCka] = linear_cka(vectors);
  }
}

void measure_relevant_fidelity(const LayerHeads& layer, const LowerTriangle& combined,
                               const MeasureOptions& options, LayerValues& values) {
  if (options.needed_keys.empty()) return;
  const auto measure = [&](const LowerTriangle& matrix) {
    return relevant_fidelity(matrix, options.needed_keys, options.horizon);
  };
  values.combined[Metric::kFidelityRelevant] = measure(combined);
  for (std::size_t h = 0; options.heads && h < layer.attention.size(); ++h) {
    values.heads[h][Metric::kFidelityRelevant] = measure(layer.attention[h]);
  }
}

}  // namespace

LayerValues measure_heads(const LayerHeads& layer, const MeasureOptions& options) {
  check_options(options, layer.positions());
  const LowerTriangle combined = combination(layer);
  LayerValues values{{}, std::vector<MetricValues>(layer.attention.size()), {}, {}};
  for (std::size_t h = 0; h < layer.attention.size(); ++h) {
    values.heads[h][Metric::kHeadImportance] = layer.importance[h];
  }
  measure_walks(layer, combined, options, values);
  measure_fidelity(layer, combined, options, values);
  if (options.core_only) return values;
  set_synergies(layer.importance, values);
  if (options.pairs) measure_diversity(layer, values.combined);
  measure_relevant_fidelity(layer, combined, options, values);
  return values;
}

LayerValues measure_layer(const LayerAttention& layer, const MeasureOptions& options) {
  return measure_heads(checked_heads(layer), options);
}

}  // namespace headsweep::metrics
