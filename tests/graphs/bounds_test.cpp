#include "graphs/bounds.h"

#include <gtest/gtest.h>

#include "dense_reference.h"
#include "graphs/combine.h"

namespace headsweep::graphs {
namespace {

std::string first_violation(const std::vector<BoundCheck>& checks) {
  for (const BoundCheck& check : checks) {
    if (check.verdict == Verdict::kViolated) return check.name;
  }
  return "";
}

Verdict verdict_of(const std::vector<BoundCheck>& checks, const std::string& name) {
  for (const BoundCheck& check : checks) {
    if (check.name == name) return check.verdict;
  }
  ADD_FAILURE() << "no bound " << name;
  return Verdict::kDoesNotApply;
}

TEST(Bounds, HoldForFamilies) {
  for (const std::string_view name : family_names()) {
    for (std::int64_t n = 2; n <= 128; n += n / 3 + 1) {
      FamilySpec spec;
      spec.family = family_of(name);
      const auto checks = check_bounds(measure_graph(family_graph(spec, n), {}), n, {}, spec);
      EXPECT_EQ(first_violation(checks), "") << name << " n = " << n;
    }
  }
}

TEST(Bounds, HoldForWeightedGraphsUnderEveryRule) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    const std::vector<CausalGraph> heads = {testing::random_weighted_graph(3 + seed % 30, seed),
                                            testing::random_weighted_graph(3 + seed % 30, seed + 1000)};
    const CausalGraph graph = combine(heads, std::vector<double>{0.3, 0.7});
    for (const MixingRule& rule :
         {MixingRule{}, MixingRule{Norm::kL1, 0.25, true}, MixingRule{Norm::kTotalVariation, 0.01, false}}) {
      const auto checks =
          check_bounds(measure_graph(graph, {rule, std::nullopt}), graph.size(), rule, std::nullopt);
      EXPECT_EQ(first_violation(checks), "") << "seed " << seed;
      EXPECT_EQ(verdict_of(checks, "fidelity_mixing"), Verdict::kHolds);
    }
  }
}

TEST(Bounds, AViolationIsSeen) {
  FamilySpec spec;
  spec.family = Family::kLine;
  const GraphMeasurement honest = measure_graph(family_graph(spec, 16), {});
  EXPECT_EQ(violations(check_bounds(honest, 16, {}, spec)), 0);

  GraphMeasurement slow = honest;
  slow.mixing_forward.worst = 61;  // the bound is 60
  EXPECT_EQ(first_violation(check_bounds(slow, 16, {}, spec)), "progress_forward");

  GraphMeasurement sharp = honest;
  sharp.fidelity_normalised = 8.0 / 3 * honest.mixing_backward.worst + 1;
  EXPECT_EQ(verdict_of(check_bounds(sharp, 16, {}, spec), "fidelity_mixing"), Verdict::kViolated);
  EXPECT_EQ(verdict_of(check_bounds(sharp, 16, {}, spec), "fidelity_hitting"), Verdict::kViolated);

  GraphMeasurement wrong = honest;
  wrong.values[metrics::Metric::kHittingTimeForwardMax] *= 1 + 1e-6;
  EXPECT_EQ(verdict_of(check_bounds(wrong, 16, {}, spec), "closed_form_hitting_time_forward_max"),
            Verdict::kViolated);
}

TEST(Bounds, ACutWalkRefutesOnlyBoundsBelowTheCut) {
  FamilySpec spec;
  spec.family = Family::kLine;
  GraphMeasurement cut = measure_graph(family_graph(spec, 16), {{}, 20});
  EXPECT_EQ(verdict_of(check_bounds(cut, 16, {}, std::nullopt), "progress_forward"), Verdict::kDoesNotApply);
  cut.steps = 100;  // as if a hundred steps had not been enough, which the bound of 60 excludes
  EXPECT_EQ(verdict_of(check_bounds(cut, 16, {}, std::nullopt), "progress_forward"), Verdict::kViolated);
}

TEST(Bounds, DoNotApplyWithoutProgress) {
  FamilySpec spec;
  spec.family = Family::kStar;
  const auto checks = check_bounds(measure_graph(family_graph(spec, 5), {}), 5, {}, spec);
  EXPECT_EQ(verdict_of(checks, "progress_backward"), Verdict::kDoesNotApply);
  EXPECT_EQ(verdict_of(checks, "closed_form_hitting_time_backward_max"), Verdict::kHolds);
  EXPECT_TRUE(check_bounds(measure_graph(family_graph(spec, 1), {}), 1, {}, spec).empty());
}

}  // namespace
}  // namespace headsweep::graphs
