#include "dense_reference.h"

#include "graphs/edge_list.h"
#include "random/counter_random.h"

namespace headsweep::graphs::testing {

metrics::LowerTriangle dense_attention(const CausalGraph& graph) {
  metrics::LowerTriangle dense(graph.size());
  for (std::int64_t i = 0; i < graph.size(); ++i) {
    for (std::size_t e = 0; e < graph.keys(i).size(); ++e)
      dense.at(i, graph.keys(i)[e]) = graph.attention(i)[e];
  }
  return dense;
}

metrics::LowerTriangle dense_flow(const CausalGraph& graph) {
  metrics::LowerTriangle dense(graph.size());
  for (std::int64_t i = 0; i < graph.size(); ++i) {
    for (std::size_t e = 0; e < graph.keys(i).size(); ++e) dense.at(i, graph.keys(i)[e]) = graph.flow(i)[e];
  }
  return dense;
}

CausalGraph random_weighted_graph(std::int64_t n, std::uint32_t seed) {
  constexpr auto kPurpose = static_cast<random::Purpose>(0x74657374);
  std::vector<Edge> edges;
  for (std::int64_t i = 0; i < n; ++i) {
    std::vector<double> eighths(static_cast<std::size_t>(i + 1));
    eighths[static_cast<std::size_t>(i)] = 1;
    if (i > 0) eighths[static_cast<std::size_t>(i - 1)] += 1;
    for (std::uint64_t part = i > 0 ? 2 : 1; part < 8; ++part) {
      const auto bits = random::random_block(seed, kPurpose, static_cast<std::uint32_t>(i), 0, part);
      eighths[random::uniform_below(bits[0], static_cast<std::uint32_t>(i + 1))] += 1;
    }
    for (std::int64_t j = 0; j <= i; ++j) {
      if (eighths[static_cast<std::size_t>(j)] > 0)
        edges.push_back({j, i, eighths[static_cast<std::size_t>(j)] / 8});
    }
  }
  return weighted_graph(n, std::move(edges), "test");
}

}  // namespace headsweep::graphs::testing
