#include <cmath>

#include <gtest/gtest.h>

#include "dense_reference.h"
#include "graphs/edge_list.h"
#include "graphs/families.h"
#include "graphs/fidelity.h"

namespace headsweep::graphs {
namespace {

CausalGraph line(std::int64_t n) {
  FamilySpec spec;
  spec.family = Family::kLine;
  return family_graph(spec, n);
}

TEST(FidelityCensoring, ARiseAfterTheHorizonIsSaid) {
  // Position 1 of a line of 16 peaks at t = 27.
  EXPECT_TRUE(fidelity(line(16), 20).censored);
  EXPECT_FALSE(fidelity(line(16), 60).censored);
  EXPECT_FALSE(fidelity(line(16), std::nullopt).censored);
}

TEST(FidelityCensoring, NothingHasArrivedYet) {
  const Fidelity cut = fidelity(line(200), 100);
  EXPECT_EQ(cut.min_inner, 0);
  EXPECT_EQ(cut.argmin_inner, 0);
  EXPECT_TRUE(cut.censored);
}

TEST(FidelityCensoring, APositionWithoutAWayIsZeroForGood) {
  const Fidelity apart = fidelity(uniform_graph(4, {{1, 2, 1}, {2, 3, 1}}, "test"), 5);
  EXPECT_EQ(apart.phi[0], 0);
  EXPECT_EQ(apart.step[0], 0);
  EXPECT_EQ(apart.argmin_inner, 0);
  EXPECT_FALSE(apart.censored);
}

TEST(FidelityCensoring, AgreesWithALongerWalk) {
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    const CausalGraph graph = testing::random_weighted_graph(14, seed);
    const Fidelity cut = fidelity(graph, 4);
    const Fidelity full = fidelity(graph, std::nullopt);
    const auto argmin = static_cast<std::size_t>(cut.argmin_inner);
    EXPECT_EQ(cut.censored, full.phi[argmin] > cut.phi[argmin] * (1 + 1e-12)) << "seed " << seed;
  }
}

TEST(FidelityCensoring, OnePositionHasNoInnerOne) {
  const Fidelity single = fidelity(line(1), std::nullopt);
  EXPECT_TRUE(std::isnan(single.min_inner));
  EXPECT_EQ(single.argmin_inner, -1);
  EXPECT_EQ(single.min_all, 1);
  EXPECT_FALSE(single.censored);
}

}  // namespace
}  // namespace headsweep::graphs
