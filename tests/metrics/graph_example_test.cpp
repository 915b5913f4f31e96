// Examples of arXiv 2502.06751 and two-head graphs over a common sink, as tests/golden/worked_examples.json has them.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "close_to.h"
#include "golden_json.h"
#include "metrics/fidelity.h"
#include "metrics/mixing_time.h"
#include "sample_attention.h"

namespace headsweep::metrics {
namespace {

constexpr double kTolerance = 1e-12;
using nlohmann::json;

LowerTriangle triangle(const json& dense) {
  return LowerTriangle::from_dense(flattened(dense), static_cast<std::int64_t>(dense.size()));
}

LowerTriangle weighted_sum(const json& example) {
  LowerTriangle sum(example["n"].get<std::int64_t>());
  sum.add(example["weights"][0], triangle(example["head1"]));
  sum.add(example["weights"][1], triangle(example["head2"]));
  return sum;
}

void expect_phi(const LowerTriangle& matrix, std::int64_t horizon, const json& expected) {
  const Peaks peaks = walk_to_horizon(matrix, horizon).peaks();
  ASSERT_EQ(peaks.phi.size(), expected.size());
  for (std::size_t j = 0; j < peaks.phi.size(); ++j) {
    EXPECT_TRUE(close_to(peaks.phi[j], expected[j], kTolerance)) << "position " << j;
  }
}

TEST(GraphExamples, ExampleTwo) {
  const json example = golden_json("worked_examples.json")["graphs_example2"];
  const LowerTriangle head1 = triangle(example["head1"]);
  const LowerTriangle head2 = triangle(example["head2"]);
  const LowerTriangle combined = weighted_sum(example);
  expect_phi(head1, 20, example["phi_head1"]);
  expect_phi(head2, 20, example["phi_head2"]);
  expect_phi(combined, 20, example["phi_multi"]);
  expect_phi(combined, 100, example["phi_multi_horizon100"]);
  expect_phi(head2, 100, example["phi_head2_horizon100"]);
  EXPECT_EQ(json(walk_to_horizon(head1, 20).peaks().step), example["t_head1"]);
  EXPECT_EQ(json(walk_to_horizon(head2, 20).peaks().step), example["t_head2"]);
  EXPECT_EQ(json(walk_to_horizon(combined, 20).peaks().step), example["t_multi"]);
}

TEST(GraphExamples, ExampleTwoCombinesBetterThanItsHeads) {
  const json example = golden_json("worked_examples.json")["graphs_example2"];
  SampleLayer layer{2, 4, 0, flattened(example["head1"]), flattened(example["weights"]), {}, {}};
  for (const double entry : flattened(example["head2"])) layer.attention.push_back(entry);
  MeasureOptions options;
  options.horizon = 20;
  const LayerValues values = measure_layer(layer.view(), options);
  const double head1 = example["phi_min_excl_head1"];
  const double head2 = example["phi_min_excl_head2"];
  const double multi = example["phi_min_excl_multi"];
  EXPECT_TRUE(close_to(values.heads[0][Metric::kFidelityMinInner], head1, kTolerance));
  EXPECT_TRUE(close_to(values.heads[1][Metric::kFidelityMinInner], head2, kTolerance));
  EXPECT_TRUE(close_to(values.combined[Metric::kFidelityMinInner], multi, kTolerance));
  EXPECT_TRUE(close_to(values.combined[Metric::kFidelitySynergyInner], multi - head1, kTolerance));
}

TEST(GraphExamples, RelayNeedsBothHeads) {
  const json example = golden_json("worked_examples.json")["graphs_two_head_relay"];
  const LowerTriangle combined = weighted_sum(example);
  expect_phi(triangle(example["head1"]), 100, example["phi_head1_h100"]);
  expect_phi(triangle(example["head2"]), 100, example["phi_head2_h100"]);
  expect_phi(combined, 100, example["phi_multi_h100"]);
  expect_phi(combined, 20, example["phi_multi_h20"]);
  FidelityWalk walk(combined);
  walk.advance();
  EXPECT_TRUE(close_to(walk.row()[0], example["multi_t2_tau_u"], kTolerance));
}

// An edge j -> i (self loops included) for i = j ... min(n-1, j+reach).
struct Graph {
  LowerTriangle fidelity;  // 1 / indegree(i): rows sum to one
  LowerTriangle flow;      // 1 / outdegree(j): columns sum to one
};
Graph window_graph(std::int64_t n, std::int64_t reach) {
  Graph graph{LowerTriangle(n), LowerTriangle(n)};
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = std::max<std::int64_t>(0, i - reach); j <= i; ++j) {
      graph.fidelity.at(i, j) = 1 / static_cast<double>(std::min(i, reach) + 1);
      graph.flow.at(i, j) = 1 / static_cast<double>(std::min(n - 1 - j, reach) + 1);
    }
  }
  return graph;
}

std::int64_t reach_of(const json& graph) {
  const std::string name = graph["name"];
  if (name == "line") return 1;
  return name == "fully connected causal" ? 15 : graph["window"].get<std::int64_t>();
}

// By start, and from a uniform start, the first t with `distance` or less left of the walk.
void expect_mixing(const Walk& walk, double distance, const json& expected) {
  const auto states = static_cast<std::size_t>(walk.states());
  std::vector<double> survival(states, 1.0);
  std::vector<double> first(states, 0.0);
  double uniform = 0;
  double uniform_without_sink = 0;
  for (int t = 1; std::ranges::max(survival) >= distance; ++t) {
    std::vector<double> next(states);
    multiply_row(survival, walk.moves, next);
    survival = next;
    const double left = std::accumulate(survival.begin(), survival.end(), 0.0);
    for (std::size_t j = 0; j < states; ++j) {
      if (first[j] == 0 && survival[j] < distance) first[j] = t;
    }
    if (uniform == 0 && left / static_cast<double>(states + 1) < distance) uniform = t;
    if (uniform_without_sink == 0 && left / static_cast<double>(states) < distance) uniform_without_sink = t;
  }
  const double total = std::accumulate(first.begin(), first.end(), 0.0);
  EXPECT_EQ(mixing_time(walk, distance), expected["worst"].get<double>());
  const double with_sink = total + 1;  // t >= 1 also for the start that is there already
  EXPECT_TRUE(
      close_to(with_sink / static_cast<double>(states + 1), expected["mean_over_starts"], kTolerance));
  EXPECT_TRUE(
      close_to(total / static_cast<double>(states), expected["mean_over_nonsink_starts"], kTolerance));
  EXPECT_EQ(uniform, expected["uniform_start"].get<double>());
  EXPECT_EQ(uniform_without_sink, expected["uniform_nonsink_start"].get<double>());
}

TEST(GraphExamples, FamiliesOfSixteenNodes) {
  const json golden = golden_json("worked_examples.json");
  ASSERT_EQ(golden["graphs_2502_06751"].size(), 4U);
  for (const json& expected : golden["graphs_2502_06751"]) {
    SCOPED_TRACE(expected["name"].get<std::string>());
    const std::int64_t n = expected["n"];
    const Graph graph = window_graph(n, reach_of(expected));
    expect_phi(graph.fidelity, 100, expected["phi"]);
    const MinFidelity fidelity = min_fidelity(walk_to_horizon(graph.fidelity, 100).peaks());
    EXPECT_TRUE(close_to(fidelity.inner, expected["phi_min_excl"], kTolerance));
    EXPECT_TRUE(close_to(fidelity.all, expected["phi_min_incl"], kTolerance));
    EXPECT_TRUE(close_to(static_cast<double>(n) * fidelity.all, expected["F_incl"], kTolerance));
    EXPECT_EQ(fidelity.argmin, expected["argmin_excl"]);

    const Walk walk = forward_walk(graph.flow);
    std::vector<double> hitting = hitting_times(walk);
    hitting.push_back(0);
    for (std::size_t j = 0; j < hitting.size(); ++j) {
      EXPECT_TRUE(close_to(hitting[j], expected["hitting_forward"][j], kTolerance)) << j;
    }
    const double total = std::accumulate(hitting.begin(), hitting.end(), 0.0);
    EXPECT_TRUE(close_to(std::ranges::max(hitting), expected["hit_max"], kTolerance));
    EXPECT_TRUE(close_to(total / static_cast<double>(n), expected["hit_mean_all"], kTolerance));
    EXPECT_TRUE(close_to(total / static_cast<double>(n - 1), expected["hit_mean_nonsink"], kTolerance));
    expect_mixing(walk, 0.25, expected["mixing_l1_lt_0_5_i_e_tv_lt_0_25"]);
    expect_mixing(walk, 0.125, expected["mixing_l1_lt_0_25"]);
  }
}

}  // namespace
}  // namespace headsweep::metrics
