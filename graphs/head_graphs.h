// The causal sub-graphs that attention heads are confined to: which keys each query of each head may see.
//
// n positions, H heads; lag = query - key. Every query sees itself (lag 0), and
//
//   kind     shared by all heads                    one graph a head (head h)
//   full     every earlier key                      the same
//   window   lags 1 ... w - 1                       lags h w ... (h + 1) w - 1
//   dilated  lags d, 2 d, ... (w - 1) d             the same with d = 2^h
//   random   k - 1 distinct earlier keys, uniform   the same, drawn for each head
//
// with w = window, d = dilation, k = degree; where fewer than k - 1 keys are earlier, all of them. The shared graphs
// are those of families.h before completion, and random draws are the same as there.
//
// Connection to the sink n - 1. `none` leaves the graphs as they are. Otherwise edges are added, as few as can be: for
// each key before the sink that no later query sees
//   each   in that head: window and dilated by the next position, random by a uniformly drawn later one;
//   union  in none of the heads: the same, in every head where the graph is shared, else in a uniformly drawn one.
// So that every position has a way to the sink in each head; or in the union, changing heads on its way.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "graphs/causal_graph.h"

namespace headsweep::graphs {

struct HeadGraphSpec {
  enum class Kind : std::uint8_t { kFull, kWindow, kDilated, kRandom };
  enum class Connect : std::uint8_t { kUnion, kEach, kNone };

  Kind kind = Kind::kFull;
  bool shared = false;
  Connect connect = Connect::kUnion;
  std::int64_t heads = 1;     // >= 1
  std::int64_t window = 8;    // >= 1
  std::int64_t dilation = 2;  // >= 1; of a shared graph
  std::int64_t degree = 4;    // >= 2
  std::uint32_t seed = 0;     // of random graphs
};

// The smallest lag above 0 that head `head` sees before edges are added; nothing: it sees only itself, however many
// positions there are.
std::optional<std::int64_t> smallest_lag(const HeadGraphSpec& spec, std::int64_t head);

// One graph a head, over n >= 1 positions. A pure function of its arguments.
std::vector<KeyRows> head_graphs(const HeadGraphSpec& spec, std::int64_t n);

// The edges of all of them; at least one graph, all over the same positions.
KeyRows union_of(std::span<const KeyRows> graphs);

// How many positions have no way to the sink.
std::int64_t unreachable_positions(const KeyRows& graph);

}  // namespace headsweep::graphs
