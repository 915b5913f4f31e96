#include "errors/check.h"
#include "metrics/check_input.h"
#include "metrics/layer_heads.h"
#include "metrics/matrix_metrics.h"
#include "metrics/walk.h"

namespace headsweep::metrics {
namespace {

// (I + c) / 2: attention and the residual stream in equal parts.
LowerTriangle with_residual(LowerTriangle combined) {
  for (double& entry : combined.entries()) entry /= 2;
  for (std::int64_t i = 0; i < combined.size(); ++i) combined.at(i, i) += 0.5;
  return combined;
}

}  // namespace

MetricValues measure_rollout(std::span<const LowerTriangle> combined_layers, const MeasureOptions& options) {
  check(!combined_layers.empty(), "rollout of no layers");
  check_options(options, combined_layers.front().size());
  LowerTriangle rollout = with_residual(combined_layers.front());
  for (const LowerTriangle& layer : combined_layers.subspan(1)) {
    rollout = multiply(with_residual(layer), rollout);
  }
  MetricValues values;
  set_walk_metrics(rollout, column_normalised(rollout), values);
  set_fidelity(walk_to_horizon(rollout, options.horizon), values);
  if (!options.core_only && !options.needed_keys.empty()) {
    values[Metric::kFidelityRelevant] = relevant_fidelity(rollout, options.needed_keys, options.horizon);
  }
  return values;
}

}  // namespace headsweep::metrics
