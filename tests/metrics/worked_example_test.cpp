// Every number of tests/golden/worked_examples.json, which were computed in exact arithmetic, to 1e-12.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "close_to.h"
#include "golden_json.h"
#include "metrics/fidelity.h"
#include "metrics/layer_heads.h"
#include "metrics/mixing_time.h"
#include "metrics/nulls.h"
#include "metrics/paper_walk.h"
#include "sample_attention.h"

namespace headsweep::metrics {
namespace {

constexpr double kTolerance = 1e-12;
using nlohmann::json;

void expect_values(std::span<const double> actual, const json& expected, const char* what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    EXPECT_TRUE(close_to(actual[i], expected[i], kTolerance)) << what << " " << i;
  }
}

// Per start, position or step: what the metrics are made of.
void expect_details(const LowerTriangle& matrix, const json& expected) {
  expect_values(paper_expected_steps(matrix), expected["code"]["expected_steps_per_start"], "expected steps");
  const Peaks peaks = walk_to_horizon(matrix, 100).peaks();
  expect_values(peaks.phi, expected["fidelity"]["phi"], "phi");
  // Position 0 rises at every step in exact arithmetic, which rounding ends.
  for (std::size_t j = 1; j < peaks.step.size(); ++j) {
    EXPECT_EQ(peaks.step[j], expected["fidelity"]["first_t_of_max"][j]) << "step of position " << j;
  }
  const json& backward = expected["backward"];
  if (backward["hitting"].is_null()) return;
  const Walk walk = backward_walk(matrix);
  std::vector<double> hitting = hitting_times(walk);
  hitting.push_back(0);  // position 0, the sink of this walk
  std::ranges::reverse(hitting);
  expect_values(hitting, backward["hitting"], "hitting time");
  std::vector<double> survival(static_cast<std::size_t>(walk.states()), 1.0);
  std::vector<double> distances;
  for (std::size_t t = 0; t < backward["max_tv_at_t1_to_tmix"].size(); ++t) {
    std::vector<double> next(survival.size());
    multiply_row(survival, walk.moves, next);
    survival = next;
    distances.push_back(std::ranges::max(survival));
  }
  expect_values(distances, backward["max_tv_at_t1_to_tmix"], "distance");
}

std::vector<double> dense(const LowerTriangle& matrix) {
  std::vector<double> entries(static_cast<std::size_t>(matrix.size() * matrix.size()));
  for (std::int64_t i = 0; i < matrix.size(); ++i) {
    std::ranges::copy(matrix.row(i), entries.begin() + i * matrix.size());
  }
  return entries;
}

void expect_metrics(const MetricValues& actual, const json& expected) {
  const json& fidelity = expected["fidelity"];
  const json& backward = expected["backward"];
  EXPECT_TRUE(close_to(actual[Metric::kMixingTimePaper], expected["code"]["mixing"], kTolerance));
  EXPECT_TRUE(close_to(actual[Metric::kFidelityMin], fidelity["phi_min_incl"], kTolerance));
  EXPECT_TRUE(close_to(actual[Metric::kFidelityMinInner], fidelity["phi_min_excl"], kTolerance));
  EXPECT_EQ(actual[Metric::kFidelityArgminInner], fidelity["argmin_excl"].get<double>());
  EXPECT_TRUE(
      close_to(actual[Metric::kHittingTimeBackwardMean], time_or_infinity(backward["hit_mean"]), kTolerance));
  EXPECT_TRUE(
      close_to(actual[Metric::kHittingTimeBackwardMax], time_or_infinity(backward["hit_max"]), kTolerance));
  EXPECT_EQ(actual[Metric::kMixingTimeBackward], time_or_infinity(backward["tmix_tv_0_25"]));
}

void expect_layer_metrics(const MetricValues& actual, const json& synergy, const json& diversity) {
  EXPECT_TRUE(close_to(actual[Metric::kFidelitySynergy], synergy["phi_min_incl"], kTolerance));
  EXPECT_TRUE(close_to(actual[Metric::kFidelitySynergyInner], synergy["phi_min_excl"], kTolerance));
  // A difference of two times near 27 cannot be better than their rounding.
  EXPECT_TRUE(close_to(actual[Metric::kMixingSynergyPaper], synergy["mixing"], kTolerance, 2e-14));
  EXPECT_TRUE(close_to(actual[Metric::kDisagreementOutputLi], diversity["D_out"], kTolerance));
  EXPECT_TRUE(close_to(actual[Metric::kDisagreementSubspaceLi], diversity["D_sub"], kTolerance));
  EXPECT_TRUE(close_to(actual[Metric::kDisagreementPositionLi], diversity["D_pos"], kTolerance));
  EXPECT_TRUE(close_to(actual[Metric::kJsDivergence], diversity["js_norm"], kTolerance));
  EXPECT_TRUE(close_to(actual[Metric::kJsDivergence] * std::log(2.0), diversity["js_raw"], kTolerance));
  EXPECT_TRUE(close_to(actual[Metric::kCosineSimilarity], diversity["cos_maps"], kTolerance));
  EXPECT_TRUE(close_to(actual[Metric::kCommutatorNorm], diversity["commutator"], kTolerance));
}

TEST(WorkedExamples, TwoHeads) {
  const json golden = golden_json("worked_examples.json");
  ASSERT_EQ(golden["examples"].size(), 3U);
  for (const json& example : golden["examples"]) {
    SCOPED_TRACE(example["name"].get<std::string>());
    const SampleLayer layer{example["heads"],
                            example["n"],
                            example["head_dim"],
                            flattened(example["attention"]),
                            flattened(example["head_importance"]),
                            flattened(example["value_vectors"]),
                            flattened(example["head_outputs"])};
    const LowerTriangle combined = combination(checked_heads(layer.view()));
    expect_values(dense(combined), json(flattened(example["combined"])), "combined attention");
    const LayerValues values = measure_layer(layer.view(), {});
    expect_metrics(values.combined, example["multi"]);
    expect_details(combined, example["multi"]);
    expect_layer_metrics(values.combined, example["synergy"], example["diversity"]);
    ASSERT_EQ(values.heads.size(), example["single_heads"].size());
    for (std::size_t h = 0; h < values.heads.size(); ++h) {
      SCOPED_TRACE(h);
      expect_metrics(values.heads[h], example["single_heads"][h]);
      const auto size = static_cast<std::size_t>(layer.n * layer.n);
      const auto head = std::span(layer.attention).subspan(h * size, size);
      expect_details(LowerTriangle::from_dense(head, layer.n), example["single_heads"][h]);
      EXPECT_EQ(values.heads[h][Metric::kHeadImportance], layer.importance[h]);
    }
  }
}

std::vector<double> named_attention(const std::string& name, std::int64_t n) {
  if (name.starts_with("uniform causal")) return uniform_attention(n);
  if (name.starts_with("identity")) return identity_attention(n);
  EXPECT_TRUE(name.starts_with("previous token")) << name;
  return previous_token_attention(n);
}

TEST(WorkedExamples, ClosedForms) {
  const json golden = golden_json("worked_examples.json");
  ASSERT_EQ(golden["closed_forms"].size(), 9U);
  for (const json& example : golden["closed_forms"]) {
    SCOPED_TRACE(example["name"].get<std::string>());
    const std::int64_t n = example["n"];
    const SampleLayer layer = single_head(named_attention(example["name"], n), n);
    const LayerValues values = measure_layer(layer.view(), {});
    expect_metrics(values.combined, example);
    expect_metrics(values.heads[0], example);
    const LowerTriangle matrix = LowerTriangle::from_dense(layer.attention, n);
    if (n < 100) {
      expect_details(matrix, example);
    } else {
      const std::vector<double> steps = paper_expected_steps(matrix);
      expect_values(std::vector<double>{steps[0], steps[1], steps[50], steps[98]},
                    example["code"]["expected_steps_start_0_1_50_98"], "expected steps");
    }
  }
}

}  // namespace
}  // namespace headsweep::metrics
