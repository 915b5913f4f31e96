#include "graphs/edge_list.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <utility>

#include "errors/user_error.h"
#include "graphs/number_text.h"

namespace headsweep::graphs {
namespace {

std::string edge_text(const Edge& edge) {
  return "[" + std::to_string(edge.key) + ", " + std::to_string(edge.query) + "]";
}

void sort_edges(std::int64_t n, std::vector<Edge>& edges, std::string_view where) {
  if (n + static_cast<std::int64_t>(edges.size()) > kMaxEdges) {
    throw UserError(std::string(where) + ": more than " + std::to_string(kMaxEdges) +
                    " edges and positions; take a smaller graph");
  }
  std::ranges::sort(edges, [](const Edge& a, const Edge& b) {
    return std::tie(a.query, a.key) < std::tie(b.query, b.key);
  });
  const auto twice = std::ranges::adjacent_find(
      edges, [](const Edge& a, const Edge& b) { return a.query == b.query && a.key == b.key; });
  if (twice != edges.end()) {
    throw UserError(std::string(where) + ": the edge " + edge_text(*twice) + " is listed twice");
  }
}

struct Rows {
  KeyRows keys;
  std::vector<double> attention;
};

// Sorted edges as rows; a row without a self loop gets one of attention 0.
Rows to_rows(std::int64_t n, const std::vector<Edge>& edges) {
  Rows rows;
  std::size_t e = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    for (; e < edges.size() && edges[e].query == i; ++e) {
      rows.keys.keys.push_back(static_cast<std::int32_t>(edges[e].key));
      rows.attention.push_back(edges[e].attention);
    }
    const auto begin = static_cast<std::size_t>(rows.keys.starts.back());
    if (rows.keys.keys.size() == begin || rows.keys.keys.back() != i) {
      rows.keys.keys.push_back(static_cast<std::int32_t>(i));
      rows.attention.push_back(0);
    }
    rows.keys.finish_row();
  }
  return rows;
}

void check_sums(const Rows& rows, std::string_view where) {
  for (std::size_t i = 0; i + 1 < rows.keys.starts.size(); ++i) {
    double sum = 0;
    for (auto e = rows.keys.starts[i]; e < rows.keys.starts[i + 1]; ++e) {
      sum += rows.attention[static_cast<std::size_t>(e)];
    }
    if (std::abs(sum - 1) <= kSumTolerance) continue;
    throw UserError(std::string(where) + ": the attention of query " + std::to_string(i) + " sums to " +
                    number_text(sum) + "; it must sum to 1 within " + number_text(kSumTolerance) +
                    ", its self loop [" + std::to_string(i) + ", " + std::to_string(i) + ", ...] included");
  }
}

}  // namespace

void check_edge(const Edge& edge, std::string_view where) {
  if (edge.key > edge.query) {
    throw UserError(
        std::string(where) + ": the edge " + edge_text(edge) +
        " runs backwards (a cycle has no causal order); edges lead from a key to a later query or itself");
  }
  if (!(edge.attention >= 0) || !std::isfinite(edge.attention)) {
    throw UserError(std::string(where) + ": the edge " + edge_text(edge) + " has attention " +
                    number_text(edge.attention) + "; allowed are numbers from 0 to 1");
  }
}

CausalGraph uniform_graph(std::int64_t n, std::vector<Edge> edges, std::string_view where) {
  sort_edges(n, edges, where);
  return CausalGraph::uniform(to_rows(n, edges).keys);
}

CausalGraph weighted_graph(std::int64_t n, std::vector<Edge> edges, std::string_view where) {
  sort_edges(n, edges, where);
  Rows rows = to_rows(n, edges);
  check_sums(rows, where);
  return CausalGraph::weighted(std::move(rows.keys), std::move(rows.attention));
}

}  // namespace headsweep::graphs
