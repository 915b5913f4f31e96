// Everything that is measured of one layer for one sequence. Rollout, and layers measured more than once:
// metrics/layer_heads.h.
//
// Pure and thread-safe; all arithmetic in double precision, one thread. Formulas: docs/metrics.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "metrics/metric.h"

namespace headsweep::metrics {

// Allowed distance of an attention row's sum, and of the sum of importances, from one: softmax rows of
// several thousand float32 keys stay within it. Rows are used as they are, never renormalised.
inline constexpr double kSumTolerance = 1e-5;

// One layer of one sequence. Nothing is owned.
struct LayerAttention {
  std::int64_t heads;    // >= 1
  std::int64_t n;        // positions, >= 1
  std::int64_t columns;  // of one head's value vectors, >= 1 where values or outputs are given
  std::span<const double>
      attention;  // [heads][n][n] row-major: query, key; rows sum to one, zero above the diagonal
  std::span<const double> importance;  // [heads], >= 0, sums to one
  std::span<const double> values;      // [heads][n][columns], bias included; empty: disagreement_subspace NaN
  std::span<const double> outputs;     // [heads][n][columns], A_h V_h before the output projection; empty:
                                       // disagreement_output and linear_cka NaN
};

inline constexpr std::int64_t kMaxHorizon = 1'000'000;

struct MeasureOptions {
  std::int64_t horizon = 100;                 // steps of the fidelity walk, 1 ... kMaxHorizon
  std::span<const std::int64_t> needed_keys;  // [n]: key that the target of a position needs, -1 none; empty:
                                              // fidelity_relevant NaN
  bool core_only = false;                     // leave metrics without MetricInfo::core at NaN
  bool heads = true;  // false: of single heads only what the layer's metrics need, the rest of theirs NaN
  bool pairs = true;  // false: leave what compares heads pair by pair, dearer than all others, at NaN
};

struct LayerValues {
  MetricValues combined;              // of the importance-weighted combination, and of the heads as a set
  std::vector<MetricValues> heads;    // [heads]
  std::vector<double> node_fidelity;  // [n]: phi_j of the combination (docs/metrics.md)
  std::vector<std::int64_t> node_fidelity_t;  // [n]: the first step that reaches it, 0 where it is 0
};

// NaN stands for what has no meaning there: scope, one head where two are compared, n = 1 for everything
// about walks to another position (there mixing_time_paper is 0 and fidelity_min 1). +infinity: never
// absorbed, or a mixing time above kWalkTimeCap; differences follow (infinite minus infinite: NaN).
//
// Throws UserError on a row that does not sum to one, a negative, NaN or non-causal entry, importances that
// do not sum to one, values or outputs that are not finite, n or heads below 1, a horizon or needed key out
// of range. Span sizes that do not fit the counts are a bug of the caller: check().
LayerValues measure_layer(const LayerAttention& layer, const MeasureOptions& options);

}  // namespace headsweep::metrics
