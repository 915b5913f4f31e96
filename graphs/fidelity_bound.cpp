// Upper bounds of what can still arrive at a position: they decide `censored` without walking for ever.
#include <algorithm>
#include <vector>

#include "graphs/fidelity.h"
#include "graphs/walk_step.h"

namespace headsweep::graphs {
namespace {

double escape(std::span<const double> attention) {
  double sum = 0;
  for (const double entry : attention.first(attention.size() - 1)) sum += entry;
  return sum;
}

// By position: the probability that the backward walk from there ever visits `target`.
std::vector<double> reach(const CausalGraph& graph, std::int64_t target) {
  std::vector<double> reaching(static_cast<std::size_t>(graph.size()));
  reaching[static_cast<std::size_t>(target)] = 1;
  for (std::int64_t i = target + 1; i < graph.size(); ++i) {
    const auto keys = graph.keys(i);
    const auto attention = graph.attention(i);
    double sum = 0;
    for (std::size_t e = 0; e + 1 < keys.size(); ++e)
      sum += attention[e] * reaching[static_cast<std::size_t>(keys[e])];
    const double leave = escape(attention);
    reaching[static_cast<std::size_t>(i)] = leave > 0 ? sum / leave : 0.0;
  }
  return reaching;
}

// What is to come cannot exceed the mass that reaches the target at all.
double arriving(std::span<const double> row, std::span<const double> reaching, std::int64_t target) {
  double sum = 0;
  for (auto i = static_cast<std::size_t>(target); i < row.size(); ++i) sum += row[i] * reaching[i];
  return sum;
}

// With inflow at most I, x' = stay x + I never exceeds max(x, I / escape): applied from the sink down, each bound
// feeds the next. Nor can a position hold more than the mass at or after it.
double inflow_bound(const CausalGraph& graph, std::span<const double> row, std::int64_t target) {
  std::vector<double> inflow(row.size());
  double mass = 0;
  double bound = 0;
  for (std::int64_t i = graph.size() - 1; i >= target; --i) {
    const auto position = static_cast<std::size_t>(i);
    const auto keys = graph.keys(i);
    const auto attention = graph.attention(i);
    const double leave = escape(attention);
    mass += row[position];
    bound = row[position];
    if (inflow[position] > 0) {
      bound = leave > 0 ? std::min(mass, std::max(bound, inflow[position] / leave)) : mass;
    }
    for (std::size_t e = 0; e + 1 < keys.size(); ++e)
      inflow[static_cast<std::size_t>(keys[e])] += bound * attention[e];
  }
  return bound;
}

}  // namespace

bool may_still_rise(const CausalGraph& graph, std::span<const double> row, std::int64_t position,
                    double reached) {
  constexpr std::int64_t kFurtherSteps = 1000;
  constexpr std::int64_t kEdgeVisits = 1'000'000'000;
  constexpr std::int64_t kStepsBetweenBounds = 16;
  const double limit = reached * (1 + 1e-12);
  const std::vector<double> reaching = reach(graph, position);
  std::vector<double> values(row.begin(), row.end());
  const std::int64_t steps = std::min(kFurtherSteps, kEdgeVisits / graph.edges());
  for (std::int64_t step = 0; step <= steps; ++step) {
    if (values[static_cast<std::size_t>(position)] > limit) return true;
    if (step % kStepsBetweenBounds == 0) {
      if (arriving(values, reaching, position) <= limit) return false;
      if (inflow_bound(graph, values, position) <= limit) return false;
    }
    sum_over_queries(graph, Weights::kAttention, values);
  }
  return true;
}

}  // namespace headsweep::graphs
