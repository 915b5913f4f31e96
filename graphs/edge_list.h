// Graphs from lists of edges that a person wrote.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "graphs/causal_graph.h"

namespace headsweep::graphs {

struct Edge {
  std::int64_t key;
  std::int64_t query;
  double attention;  // of weighted_graph() only
};

// Throws UserError if the edge runs backwards or its attention is negative or not finite. Every message here begins
// with `where`. Requires positions in range.
void check_edge(const Edge& edge, std::string_view where);

// The edges in any order, with uniform weights; self loops are added where they are missing. Throws UserError on an
// edge listed twice and on more than kMaxEdges edges. Requires edges that check_edge() takes.
CausalGraph uniform_graph(std::int64_t n, std::vector<Edge> edges, std::string_view where);

// The same with the attention given, self loops as well. Throws UserError also if a row does not sum to one within
// kSumTolerance.
CausalGraph weighted_graph(std::int64_t n, std::vector<Edge> edges, std::string_view where);

}  // namespace headsweep::graphs
