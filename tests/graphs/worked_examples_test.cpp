// The graphs of the papers, as the configurations have them, against worked_examples.json (exact rational arithmetic).
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "graphs/graph_file.h"
#include "graphs/measure.h"

namespace headsweep::graphs {
namespace {

using nlohmann::json;

constexpr double kTolerance = 1e-12;

const std::string kSource = HEADSWEEP_SOURCE_DIR;

json golden(const std::string& section) {
  std::ifstream file(kSource + "/tests/golden/worked_examples.json");
  return json::parse(file).at(section);
}

HeadSet config(const std::string& name) {
  return read_graph_file(kSource + "/configs/graphs/" + name + ".toml");
}

Measurement measure(const HeadSet& heads, std::optional<std::int64_t> horizon, MixingRule rule = {}) {
  return measure_heads(heads.graphs, heads.weights, {rule, horizon});
}

void expect_list(const std::vector<double>& values, const json& expected) {
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(values[i], expected[i].get<double>(), kTolerance) << "position " << i;
  }
}

void expect_steps(const std::vector<std::int32_t>& steps, const json& expected) {
  EXPECT_EQ(steps, expected.get<std::vector<std::int32_t>>());
}

void expect_matrix(const CausalGraph& graph, const json& expected) {
  for (std::int64_t i = 0; i < graph.size(); ++i) {
    std::vector<double> row(static_cast<std::size_t>(graph.size()));
    for (std::size_t e = 0; e < graph.keys(i).size(); ++e) {
      row[static_cast<std::size_t>(graph.keys(i)[e])] = graph.attention(i)[e];
    }
    expect_list(row, expected[static_cast<std::size_t>(i)]);
  }
}

TEST(WorkedExamples, Example2) {
  const json expected = golden("graphs_example2");
  const HeadSet heads = config("example2");
  EXPECT_EQ(heads.horizon, expected["horizon"].get<std::int64_t>());
  EXPECT_EQ(heads.weights, expected["weights"].get<std::vector<double>>());
  expect_matrix(heads.graphs[0], expected["head1"]);
  expect_matrix(heads.graphs[1], expected["head2"]);
  const Measurement measured = measure(heads, heads.horizon);
  const std::vector<std::pair<std::string, const GraphMeasurement*>> parts = {
      {"head1", &measured.heads[0]}, {"head2", &measured.heads[1]}, {"multi", &measured.combined}};
  for (const auto& [name, part] : parts) {
    SCOPED_TRACE(name);
    expect_list(part->fidelity.phi, expected["phi_" + name]);
    expect_steps(part->fidelity.step, expected["t_" + name]);
    EXPECT_NEAR(part->fidelity.min_inner, expected["phi_min_excl_" + name].get<double>(), kTolerance);
    EXPECT_NEAR(part->fidelity.min_all, expected["phi_min_incl_horizon20"][name].get<double>(), kTolerance);
  }
  const Measurement longer = measure(heads, 100);
  expect_list(longer.combined.fidelity.phi, expected["phi_multi_horizon100"]);
  expect_list(longer.heads[1].fidelity.phi, expected["phi_head2_horizon100"]);
}

TEST(WorkedExamples, TwoHeadRelay) {
  const json expected = golden("graphs_two_head_relay");
  const HeadSet heads = config("two_head_relay");
  expect_matrix(heads.graphs[0], expected["head1"]);
  expect_matrix(heads.graphs[1], expected["head2"]);
  const Measurement measured = measure(heads, 100);
  expect_list(measured.heads[0].fidelity.phi, expected["phi_head1_h100"]);
  expect_list(measured.heads[1].fidelity.phi, expected["phi_head2_h100"]);
  expect_list(measured.combined.fidelity.phi, expected["phi_multi_h100"]);
  expect_steps(measured.combined.fidelity.step, expected["t_multi_h100"]);
  expect_list(measure(heads, 20).combined.fidelity.phi, expected["phi_multi_h20"]);
  // Two steps are the first that lead from u to tau: what arrives then is the largest so far.
  EXPECT_NEAR(measure(heads, 2).combined.fidelity.phi[0], expected["multi_t2_tau_u"].get<double>(),
              kTolerance);
}

void expect_mixing(const HeadSet& heads, const MixingRule& rule, const json& expected) {
  const MixingTimes times = measure(heads, {}, rule).combined.mixing_forward;
  EXPECT_EQ(times.worst, expected["worst"].get<double>());
  EXPECT_NEAR(times.mean, expected["mean_over_starts"].get<double>(), kTolerance);
  EXPECT_NEAR(times.mean_inner, expected["mean_over_nonsink_starts"].get<double>(), kTolerance);
  EXPECT_EQ(times.uniform, expected["uniform_start"].get<double>());
  EXPECT_EQ(times.uniform_inner, expected["uniform_nonsink_start"].get<double>());
}

class FeedforwardGraphs : public ::testing::TestWithParam<int> {};

TEST_P(FeedforwardGraphs, AsIn2502_06751) {
  const std::vector<std::string> configs = {"line", "full", "window3", "window4"};
  const json expected = golden("graphs_2502_06751")[static_cast<std::size_t>(GetParam())];
  const HeadSet heads = config(configs[static_cast<std::size_t>(GetParam())]);
  ASSERT_EQ(heads.size(), expected["n"].get<std::int64_t>());
  const GraphMeasurement measured = measure(heads, 100).combined;
  expect_list(measured.fidelity.phi, expected["phi"]);
  EXPECT_NEAR(measured.fidelity.min_all, expected["phi_min_incl"].get<double>(), kTolerance);
  EXPECT_NEAR(measured.fidelity.min_inner, expected["phi_min_excl"].get<double>(), kTolerance);
  EXPECT_EQ(measured.fidelity.argmin_inner, expected["argmin_excl"].get<std::int64_t>());
  EXPECT_NEAR(measured.fidelity_normalised, expected["F_incl"].get<double>(), kTolerance);
  expect_list(measured.hitting_forward.steps, expected["hitting_forward"]);
  EXPECT_NEAR(measured.hitting_forward.max, expected["hit_max"].get<double>(), kTolerance);
  EXPECT_NEAR(measured.hitting_forward.mean, expected["hit_mean_nonsink"].get<double>(), kTolerance);
  const auto n = static_cast<double>(heads.size());
  EXPECT_NEAR(measured.hitting_forward.mean * (n - 1) / n, expected["hit_mean_all"].get<double>(),
              kTolerance);
  expect_mixing(heads, {Norm::kL1, 0.25, true}, expected["mixing_l1_lt_0_25"]);
  expect_mixing(heads, {Norm::kL1, 0.5, true}, expected["mixing_l1_lt_0_5_i_e_tv_lt_0_25"]);
  expect_mixing(heads, {Norm::kTotalVariation, 0.25, true}, expected["mixing_l1_lt_0_5_i_e_tv_lt_0_25"]);
}

INSTANTIATE_TEST_SUITE_P(WorkedExamples, FeedforwardGraphs, ::testing::Range(0, 4));

}  // namespace
}  // namespace headsweep::graphs
