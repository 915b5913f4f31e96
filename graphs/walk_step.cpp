#include "graphs/walk_step.h"

#include <algorithm>

namespace headsweep::graphs {

void sum_over_queries(const CausalGraph& graph, Weights weights, std::span<double> values) {
  const bool flow = weights == Weights::kFlow;
  // Ascending queries: a value is read, cleared, and only then added to, because no earlier query adds to it.
  for (std::int64_t i = 0; i < graph.size(); ++i) {
    const double value = values[static_cast<std::size_t>(i)];
    values[static_cast<std::size_t>(i)] = 0;
    if (!(value >= kNegligible)) continue;
    const auto keys = graph.keys(i);
    const double* weight = (flow ? graph.flow(i) : graph.attention(i)).data();
    for (std::size_t e = 0; e < keys.size(); ++e)
      values[static_cast<std::size_t>(keys[e])] += weight[e] * value;
  }
}

void sum_over_keys(const CausalGraph& graph, std::span<double> values) {
  for (std::int64_t i = graph.size() - 1; i >= 0; --i) {
    const auto keys = graph.keys(i);
    const double* weight = graph.attention(i).data();
    double sum = 0;
    for (std::size_t e = 0; e < keys.size(); ++e)
      sum += weight[e] * values[static_cast<std::size_t>(keys[e])];
    values[static_cast<std::size_t>(i)] = sum >= kNegligible ? sum : 0;
  }
}

std::int64_t step_limit(const CausalGraph& graph, std::optional<std::int64_t> horizon) {
  constexpr std::int64_t kMostSteps = 1'000'000;
  constexpr std::int64_t kLeastSteps = 100;
  constexpr std::int64_t kEdgeVisits = 20'000'000'000;
  return horizon ? *horizon : std::clamp(kEdgeVisits / graph.edges(), kLeastSteps, kMostSteps);
}

}  // namespace headsweep::graphs
