// Expected steps to the end of each walk, and the probability to make progress. Exact: one pass in topological order.
//
// Formulas: docs/graph.md. Escape probabilities are sums of transitions, never 1 - (probability to stay), which loses
// all digits near 1.
#pragma once

#include <cstdint>
#include <vector>

#include "graphs/causal_graph.h"

namespace headsweep::graphs {

enum class Direction : std::uint8_t {
  kForward,   // tokens move by W to later positions and end at the sink, n - 1
  kBackward,  // a query's information is traced by c to earlier positions and ends at the source, 0
};

struct HittingTimes {
  std::vector<double> steps;  // by position; 0 where the walk ends, +infinity where it need not end
  double mean;                // over the other positions; NaN for n = 1
  double max;                 // the same
  double progress;            // the smallest escape probability of the other positions; NaN for n = 1
};

HittingTimes hitting_times(const CausalGraph& graph, Direction direction);

}  // namespace headsweep::graphs
