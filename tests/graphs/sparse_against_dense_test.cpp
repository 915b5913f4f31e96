#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "dense_reference.h"
#include "graphs/combine.h"
#include "graphs/families.h"
#include "graphs/measure.h"
#include "metrics/fidelity.h"
#include "metrics/mixing_time.h"

namespace headsweep::graphs {
namespace {

using testing::dense_attention;
using testing::dense_flow;

constexpr double kTolerance = 1e-12;  // relative

void expect_near(double value, double reference) {
  if (std::isfinite(reference)) {
    EXPECT_NEAR(value, reference, kTolerance * std::max(1.0, std::abs(reference)));
  } else {
    EXPECT_EQ(value, reference);
  }
}

void expect_walk(const metrics::Walk& walk, const HittingTimes& hitting, const MixingTimes& mixing,
                 bool reversed) {
  const std::vector<double> times = metrics::hitting_times(walk);
  const auto states = times.size();
  for (std::size_t state = 0; state < states; ++state) {
    expect_near(hitting.steps[reversed ? states - state : state], times[state]);
  }
  expect_near(hitting.progress, metrics::progress_probability(walk));
  EXPECT_EQ(mixing.worst, metrics::mixing_time(walk));
}

void expect_equal_to_dense(const CausalGraph& graph) {
  constexpr std::int64_t kHorizon = 100;
  MeasureOptions options;
  const GraphMeasurement measured = measure_graph(graph, options);
  expect_walk(metrics::forward_walk(dense_flow(graph)), measured.hitting_forward, measured.mixing_forward,
              false);
  const metrics::LowerTriangle attention = dense_attention(graph);
  expect_walk(metrics::backward_walk(attention), measured.hitting_backward, measured.mixing_backward, true);

  const Fidelity sparse = fidelity(graph, kHorizon);
  const metrics::FidelityWalk walk = metrics::walk_to_horizon(attention, kHorizon);
  for (std::size_t j = 0; j < sparse.phi.size(); ++j) expect_near(sparse.phi[j], walk.peaks().phi[j]);
  const metrics::MinFidelity least = metrics::min_fidelity(walk.peaks());
  expect_near(sparse.min_inner, least.inner);
  expect_near(sparse.min_all, least.all);
  EXPECT_EQ(sparse.argmin_inner, least.argmin);
}

TEST(SparseAgainstDense, FamiliesAgree) {
  for (const std::string_view name : family_names()) {
    for (const std::int64_t n : {2, 3, 4, 5, 9, 16, 33}) {
      SCOPED_TRACE(std::string(name) + " n = " + std::to_string(n));
      FamilySpec spec;
      spec.family = family_of(name);
      spec.width = 3;
      spec.seed = static_cast<std::uint32_t>(n);
      expect_equal_to_dense(family_graph(spec, n));
    }
  }
}

TEST(SparseAgainstDense, WeightedGraphsAgree) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    expect_equal_to_dense(testing::random_weighted_graph(2 + seed, seed));
  }
}

TEST(SparseAgainstDense, FlowOfGivenAttentionIsTheColumnNormalisedOne) {
  const CausalGraph graph = testing::random_weighted_graph(12, 3);
  const metrics::LowerTriangle flow = dense_flow(graph);
  const metrics::LowerTriangle reference = metrics::column_normalised(dense_attention(graph));
  for (std::size_t e = 0; e < flow.entries().size(); ++e)
    expect_near(flow.entries()[e], reference.entries()[e]);
}

TEST(SparseAgainstDense, CombinationsAgree) {
  const std::vector<double> weights = {0.5, 0.2, 0.3};
  std::vector<CausalGraph> heads;
  std::vector<metrics::LowerTriangle> dense;
  for (std::uint32_t seed = 0; seed < 3; ++seed) {
    heads.push_back(testing::random_weighted_graph(17, seed));
    dense.push_back(dense_attention(heads.back()));
  }
  const Measurement measured = measure_heads(heads, weights, {});
  expect_equal_to_dense(combine(heads, weights));
  // Long enough for every walk to end.
  const auto apart = metrics::walk_heads_apart(dense, weights, 1000);
  const double parallel = metrics::min_fidelity(apart.average).inner;
  const auto& values = measured.combined.values;
  expect_near(values[metrics::Metric::kFidelityParallel], parallel);
  expect_near(values[metrics::Metric::kFidelitySwitchingGain],
              measured.combined.fidelity.min_inner - parallel);
}

}  // namespace
}  // namespace headsweep::graphs
