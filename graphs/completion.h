// Edges added to a graph so that every position has a way to the sink. Internal to graphs/.
//
// In a causal graph a position reaches the sink exactly if no position on its way is a dead end: if every key but the
// sink is seen by a later query. So one edge for each key that is not seen later suffices.
#pragma once

#include <cstdint>
#include <vector>

#include "graphs/causal_graph.h"

namespace headsweep::graphs {

struct AddedEdge {
  std::int64_t query;
  std::int32_t key;
};

// `rows` with the edges `added`, of which none is in `rows`, in any order.
KeyRows with_edges(const KeyRows& rows, std::vector<AddedEdge> added);

// By key: whether a later query sees it. False for the sink.
std::vector<bool> seen_later(const KeyRows& rows);

// Which query is to see `key`, and which of `heads` heads: uniform. Purpose::kGraphEdges, b: key.
struct DrawnQuery {
  std::int64_t query;  // key + 1 ... n - 1
  std::uint32_t head;
};
DrawnQuery draw_later_query(std::uint32_t seed, std::uint32_t stream, std::int64_t key, std::int64_t n,
                            std::uint32_t heads);

// Every key that no later query sees is seen by the next position.
KeyRows completed_by_next(const KeyRows& rows);

// Every key that no later query sees is seen by one of them, uniform. Graphs of different `stream` differ.
KeyRows completed_by_chance(const KeyRows& rows, std::uint32_t seed, std::uint32_t stream);

}  // namespace headsweep::graphs
