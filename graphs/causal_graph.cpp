#include "graphs/causal_graph.h"

#include <utility>

#include "errors/check.h"

namespace headsweep::graphs {
namespace {

void check_rows(const KeyRows& rows) {
  for (std::int64_t i = 0; i < rows.size(); ++i) {
    const auto begin = rows.starts[static_cast<std::size_t>(i)];
    const auto end = rows.starts[static_cast<std::size_t>(i) + 1];
    check(end > begin && rows.keys[static_cast<std::size_t>(end) - 1] == i,
          "a row of keys ends with its self loop");
    for (auto e = static_cast<std::size_t>(begin) + 1; e < static_cast<std::size_t>(end); ++e) {
      check(rows.keys[e - 1] >= 0 && rows.keys[e - 1] < rows.keys[e], "the keys of a row ascend");
    }
  }
}

}  // namespace

CausalGraph::CausalGraph(KeyRows rows, std::vector<double> attention, std::vector<double> flow)
    : rows_(std::move(rows)), attention_(std::move(attention)), flow_(std::move(flow)) {
  check(size() >= 1, "a graph has at least one position");
  check(attention_.size() == rows_.keys.size() && flow_.size() == rows_.keys.size(),
        "an edge has two weights");
  check_rows(rows_);
}

CausalGraph CausalGraph::uniform(KeyRows rows) {
  std::vector<std::int64_t> outdegree(static_cast<std::size_t>(rows.size()));
  for (const std::int32_t key : rows.keys) ++outdegree[static_cast<std::size_t>(key)];
  std::vector<double> attention(rows.keys.size());
  std::vector<double> flow(rows.keys.size());
  for (std::size_t i = 0; i + 1 < rows.starts.size(); ++i) {
    const double weight = 1.0 / static_cast<double>(rows.starts[i + 1] - rows.starts[i]);
    for (auto e = static_cast<std::size_t>(rows.starts[i]); e < static_cast<std::size_t>(rows.starts[i + 1]);
         ++e) {
      attention[e] = weight;
      flow[e] = 1.0 / static_cast<double>(outdegree[static_cast<std::size_t>(rows.keys[e])]);
    }
  }
  return {std::move(rows), std::move(attention), std::move(flow)};
}

CausalGraph CausalGraph::weighted(KeyRows rows, std::vector<double> attention) {
  check(attention.size() == rows.keys.size(), "a key has a weight");
  std::vector<double> sum(static_cast<std::size_t>(rows.size()));
  for (std::size_t e = 0; e < attention.size(); ++e)
    sum[static_cast<std::size_t>(rows.keys[e])] += attention[e];
  std::vector<double> flow(attention.size());
  for (std::size_t i = 0; i + 1 < rows.starts.size(); ++i) {
    for (auto e = static_cast<std::size_t>(rows.starts[i]); e < static_cast<std::size_t>(rows.starts[i + 1]);
         ++e) {
      const auto key = static_cast<std::size_t>(rows.keys[e]);
      const bool stays = key == i;
      flow[e] = sum[key] > 0 ? attention[e] / sum[key] : (stays ? 1.0 : 0.0);
    }
  }
  return {std::move(rows), std::move(attention), std::move(flow)};
}

}  // namespace headsweep::graphs
