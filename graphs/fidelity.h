// Fidelity of a graph: the largest share of each position that ever reaches the sink.
//
// phi_j = max over t = 1 ... horizon of (c^t)(n-1, j). Source: arXiv 2502.06751; definitions: docs/graph.md. Without a
// horizon the walk goes on until at most kSettled of its mass can still move.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "graphs/causal_graph.h"

namespace headsweep::graphs {

inline constexpr double kSettled = 1e-15;

struct Fidelity {
  std::vector<double> phi;         // by position
  std::vector<std::int32_t> step;  // the first t at which phi is reached; 0 where phi is 0
  double min_inner;                // smallest phi before the sink; NaN for n = 1
  std::int64_t argmin_inner;       // the lowest position that has it; -1 for n = 1
  double min_all;                  // smallest phi, the sink included
  bool censored;                   // phi of argmin_inner may still rise after the last step taken
};

Fidelity fidelity(const CausalGraph& graph, std::optional<std::int64_t> horizon);

// Each walk keeps the head that it starts with: min over j < n-1 of max over t of sum_h w_h (c_h^t)(n-1, j). NaN for
// n = 1. What fidelity() of the combination has more is due to paths that change heads.
double fidelity_parallel(std::span<const CausalGraph> heads, std::span<const double> weights,
                         std::optional<std::int64_t> horizon);

// Whether phi[position] may still exceed `reached` by more than 1e-12 relative, given the row (c^t)(n-1, .) at the last
// step. False is certain; true is a rise that was seen within 1000 more steps (10^9 edge visits), or one that these
// could not exclude.
bool may_still_rise(const CausalGraph& graph, std::span<const double> row, std::int64_t position,
                    double reached);

}  // namespace headsweep::graphs
