#include "graphs/families.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "errors/user_error.h"
#include "graphs/hitting.h"

namespace headsweep::graphs {
namespace {

using ::testing::ElementsAre;

FamilySpec spec_of(Family family, std::int64_t width = 4) {
  FamilySpec spec;
  spec.family = family;
  spec.width = width;
  return spec;
}

std::vector<std::int32_t> keys(const CausalGraph& graph, std::int64_t query) {
  return {graph.keys(query).begin(), graph.keys(query).end()};
}

std::string message_of(const FamilySpec& spec, std::int64_t n) {
  try {
    family_graph(spec, n);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Families, LineLeadsToTheNext) {
  const CausalGraph graph = family_graph(spec_of(Family::kLine), 4);
  EXPECT_THAT(keys(graph, 0), ElementsAre(0));
  EXPECT_THAT(keys(graph, 3), ElementsAre(2, 3));
}

TEST(Families, FullLeadsToAllLater) {
  EXPECT_THAT(keys(family_graph(spec_of(Family::kFull), 4), 3), ElementsAre(0, 1, 2, 3));
}

TEST(Families, Window4IsThePositionAndThreeMore) {
  const CausalGraph graph = family_graph(spec_of(Family::kWindow, 4), 10);
  EXPECT_THAT(keys(graph, 1), ElementsAre(0, 1));
  EXPECT_THAT(keys(graph, 9), ElementsAre(6, 7, 8, 9));
}

TEST(Families, DilatedIsCompletedAtBothEnds) {
  FamilySpec spec = spec_of(Family::kDilated, 3);
  spec.dilation = 2;
  const CausalGraph graph = family_graph(spec, 9);
  EXPECT_THAT(keys(graph, 1), ElementsAre(0, 1));  // sees no key two earlier
  EXPECT_THAT(keys(graph, 6), ElementsAre(2, 4, 6));
  EXPECT_THAT(keys(graph, 8), ElementsAre(4, 6, 7, 8));  // nobody else sees 7
}

TEST(Families, StarLeadsToTheSink) {
  const CausalGraph graph = family_graph(spec_of(Family::kStar), 4);
  EXPECT_THAT(keys(graph, 2), ElementsAre(2));
  EXPECT_THAT(keys(graph, 3), ElementsAre(0, 1, 2, 3));
}

TEST(Families, LayeredJoinsWholeLayers) {
  // 0 | 1 2 3 | 4 5 | 6
  const CausalGraph graph = family_graph(spec_of(Family::kLayered, 3), 7);
  EXPECT_THAT(keys(graph, 3), ElementsAre(0, 3));
  EXPECT_THAT(keys(graph, 5), ElementsAre(1, 2, 3, 5));
  EXPECT_THAT(keys(graph, 6), ElementsAre(4, 5, 6));
}

TEST(Families, WeightsAreInverseDegrees) {
  const CausalGraph graph = family_graph(spec_of(Family::kWindow, 3), 5);
  EXPECT_THAT(graph.attention(1), ElementsAre(0.5, 0.5));
  EXPECT_THAT(graph.flow(4), ElementsAre(1.0 / 3, 1.0 / 2, 1.0));
}

TEST(Families, RandomHasItsDegreeAndFollowsTheSeed) {
  FamilySpec spec;
  spec.family = Family::kRandom;
  spec.degree = 5;
  const CausalGraph graph = family_graph(spec, 200);
  for (std::int64_t i = 0; i < 200; ++i)
    EXPECT_GE(graph.keys(i).size(), static_cast<std::size_t>(std::min<std::int64_t>(5, i + 1)));
  EXPECT_THAT(keys(family_graph(spec, 200), 150), ::testing::ElementsAreArray(keys(graph, 150)));
  FamilySpec other = spec;
  other.seed = 1;
  EXPECT_NE(keys(family_graph(other, 200), 150), keys(graph, 150));
  other = spec;
  other.head = 1;
  EXPECT_NE(keys(family_graph(other, 200), 150), keys(graph, 150));
}

TEST(Families, RandomKeysAreUniform) {
  FamilySpec spec;
  spec.family = Family::kRandom;
  spec.degree = 3;
  // Query 20 draws 2 of 20 keys; over 4000 seeds each is expected 400 times, with a standard deviation of 19.
  std::vector<int> drawn(20);
  for (spec.seed = 0; spec.seed < 4000; ++spec.seed) {
    for (const std::int32_t key : keys(family_graph(spec, 21), 20)) {
      if (key < 20) ++drawn[static_cast<std::size_t>(key)];
    }
  }
  // Completion adds to the late keys; the first ten are nearly always drawn by a query before.
  for (std::size_t key = 0; key < 5; ++key) EXPECT_NEAR(drawn[key], 400, 100) << key;
}

TEST(Families, AllButStarAreConnected) {
  for (const Family family :
       {Family::kLine, Family::kFull, Family::kWindow, Family::kDilated, Family::kLayered, Family::kRandom}) {
    for (std::int64_t n = 2; n < 40; ++n) {
      FamilySpec spec = spec_of(family, 3);
      spec.dilation = 5;
      const CausalGraph graph = family_graph(spec, n);
      EXPECT_TRUE(std::isfinite(hitting_times(graph, Direction::kForward).max)) << family_name(family) << n;
      EXPECT_TRUE(std::isfinite(hitting_times(graph, Direction::kBackward).max)) << family_name(family) << n;
    }
  }
}

TEST(Families, RefusesWhatIsNotAGraph) {
  EXPECT_EQ(message_of(spec_of(Family::kLine), 0), "n = 0; it must be at least 1");
  EXPECT_EQ(message_of(spec_of(Family::kWindow, 0), 4), "width = 0; it must be at least 1");
  FamilySpec spec = spec_of(Family::kRandom);
  spec.degree = 1;
  EXPECT_EQ(message_of(spec, 4), "degree = 1; it must be at least 2");
  EXPECT_EQ(message_of(spec_of(Family::kFull), 1'000'000),
            "graph full of n = 1000000 has more than 100000000 edges; take a smaller n or a sparser family");
  EXPECT_THROW(family_of("windw"), UserError);
  EXPECT_EQ(family_of("layered"), Family::kLayered);
}

}  // namespace
}  // namespace headsweep::graphs
