// The same quantities from dense matrices, by headsweep::metrics: the reference for small graphs.
#pragma once

#include <cstdint>
#include <vector>

#include "graphs/causal_graph.h"
#include "metrics/lower_triangle.h"
#include "metrics/walk.h"

namespace headsweep::graphs::testing {

metrics::LowerTriangle dense_attention(const CausalGraph& graph);
metrics::LowerTriangle dense_flow(const CausalGraph& graph);

// A connected graph of n positions with attention in multiples of 1/8, so that rows and short products are exact.
CausalGraph random_weighted_graph(std::int64_t n, std::uint32_t seed);

}  // namespace headsweep::graphs::testing
