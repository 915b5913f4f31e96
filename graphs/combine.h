// Several heads over the same positions as one graph.
#pragma once

#include <span>
#include <string_view>

#include "graphs/causal_graph.h"

namespace headsweep::graphs {

// c = sum_h w_h c_h and W = sum_h w_h W_h, each head normalised before it is combined (arXiv 2507.02944). Edges of heads
// with weight 0 are left out. Requires one weight a head, >= 0, summing to one, and heads of equal size.
CausalGraph combine(std::span<const CausalGraph> heads, std::span<const double> weights);

// Throws UserError unless there is one weight a head, finite, >= 0, and they sum to one within kSumTolerance.
// `where` begins the message ("--weights", "graph.toml:3: weights").
void check_weights(std::span<const double> weights, std::size_t heads, std::string_view where);

}  // namespace headsweep::graphs
