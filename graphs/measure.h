// Everything that is known of one graph, or of several heads' graphs over a common sink, alone and together.
//
// Metric names and formulas are those of metrics/metric.h; what differs for graphs is said in docs/graph.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "graphs/causal_graph.h"
#include "graphs/fidelity.h"
#include "graphs/hitting.h"
#include "graphs/mixing.h"
#include "metrics/metric.h"

namespace headsweep::graphs {

inline constexpr std::int64_t kLargeGraph = 10'000;  // positions above which there is a horizon
inline constexpr std::int64_t kLargeHorizon = 100;   // that horizon, in steps

struct MeasureOptions {
  MixingRule mixing;
  // Steps after which fidelity and mixing are cut and flagged censored, >= 1. Without: none up to kLargeGraph
  // positions, kLargeHorizon above.
  std::optional<std::int64_t> horizon;
};

// The horizon that applies to n positions. Throws UserError if the given one is below 1.
std::optional<std::int64_t> horizon_for(std::int64_t n, const MeasureOptions& options);

// One graph. NaN and infinity in `values` as in metrics::MetricValues; mixing times also follow the options' rule.
struct GraphMeasurement {
  metrics::MetricValues values;
  double fidelity_normalised;  // n * fidelity_min: F of arXiv 2502.06751
  Fidelity fidelity;
  HittingTimes hitting_forward;
  HittingTimes hitting_backward;
  MixingTimes mixing_forward;
  MixingTimes mixing_backward;
  std::int64_t edges;
  std::int64_t steps;  // the most that fidelity and mixing were given
};

GraphMeasurement measure_graph(const CausalGraph& graph, const MeasureOptions& options);

// Every head alone, then the combination; the combination's values also hold the synergies, the switching gains and
// fidelity_parallel. Requires weights that check_weights() takes and heads of equal size.
struct Measurement {
  std::vector<GraphMeasurement> heads;
  GraphMeasurement combined;
};
Measurement measure_heads(std::span<const CausalGraph> heads, std::span<const double> weights,
                          const MeasureOptions& options);

}  // namespace headsweep::graphs
