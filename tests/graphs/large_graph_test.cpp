// Above 10^4 positions: exact times, fidelity and mixing to the horizon.
#include <cmath>

#include <gtest/gtest.h>

#include "errors/user_error.h"
#include "graphs/closed_forms.h"
#include "graphs/measure.h"

namespace headsweep::graphs {
namespace {

TEST(LargeGraph, ALineIsExactInTimesAndCutInTheRest) {
  constexpr std::int64_t kNodes = 100'000;
  FamilySpec spec;
  spec.family = Family::kLine;
  const GraphMeasurement measured = measure_graph(family_graph(spec, kNodes), {});
  EXPECT_EQ(measured.edges, 2 * kNodes - 1);
  EXPECT_EQ(measured.steps, kLargeHorizon);
  EXPECT_EQ(measured.hitting_forward.max, 2.0 * (kNodes - 1));
  EXPECT_EQ(measured.hitting_backward.mean, static_cast<double>(kNodes));
  EXPECT_TRUE(measured.mixing_forward.censored);
  EXPECT_TRUE(measured.mixing_backward.censored);
  EXPECT_TRUE(measured.fidelity.censored);
  EXPECT_EQ(measured.fidelity.min_inner, 0);
}

TEST(LargeGraph, AFastOneIsMeasuredWithinTheHorizon) {
  FamilySpec spec;
  spec.family = Family::kRandom;
  spec.degree = 10;
  const GraphMeasurement measured = measure_graph(family_graph(spec, 50'000), {});
  EXPECT_FALSE(measured.mixing_forward.censored);
  EXPECT_FALSE(measured.fidelity.censored);
  EXPECT_GT(measured.fidelity.min_inner, 0);
  EXPECT_GE(measured.mixing_forward.worst, measured.hitting_forward.max * 0.75);
}

TEST(LargeGraph, TheHorizonCanBeChosen) {
  EXPECT_EQ(horizon_for(kLargeGraph, {}), std::nullopt);
  EXPECT_EQ(horizon_for(kLargeGraph + 1, {}), kLargeHorizon);
  EXPECT_EQ(horizon_for(5, {{}, 7}), 7);
  EXPECT_THROW(horizon_for(5, {{}, 0}), UserError);
}

}  // namespace
}  // namespace headsweep::graphs
