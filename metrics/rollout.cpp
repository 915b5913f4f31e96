#include "errors/check.h"
#include "errors/user_error.h"
#include "metrics/check_input.h"
#include "metrics/matrix_metrics.h"
#include "metrics/measure.h"
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

MetricValues measure_rollout(std::span<const std::vector<double>> combined_layers, std::int64_t n,
                             const MeasureOptions& options) {
  check(!combined_layers.empty(), "rollout of no layers");
  if (n < 1) throw UserError("attention over " + std::to_string(n) + " positions; at least 1 is needed");
  check_options(options, n);
  LowerTriangle rollout(n);
  for (std::size_t l = 0; l < combined_layers.size(); ++l) {
    check(std::ssize(combined_layers[l]) == n * n, "combined attention is not [n][n]");
    check_attention("combined attention of layer " + std::to_string(l), combined_layers[l], n);
    const LowerTriangle layer = with_residual(LowerTriangle::from_dense(combined_layers[l], n));
    rollout = l == 0 ? layer : multiply(layer, rollout);
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
