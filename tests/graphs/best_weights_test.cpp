#include "graphs/best_weights.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "dense_reference.h"
#include "graphs/combine.h"
#include "graphs/edge_list.h"
#include "graphs/families.h"

namespace headsweep::graphs {
namespace {

std::vector<CausalGraph> relay() {
  return {uniform_graph(3, {{0, 1, 1}}, "head 1"), uniform_graph(3, {{1, 2, 1}}, "head 2")};
}

TEST(BestWeights, TheRelayOfTwoHeadsIsFastestInBalance) {
  // Escape probabilities w/2 and (1 - w)/2: t = 2/w + 2/(1 - w) from the start of the relay, 2/(1 - w) from its middle.
  // Their mean 1/w + 2/(1 - w) is smallest at w = sqrt(2) - 1.
  const auto best =
      best_weights(relay(), std::vector<double>{0.5, 0.5}, Objective::kHitting, Direction::kForward, {});
  EXPECT_NEAR(best.weights[0], std::sqrt(2.0) - 1, 1e-5);
  EXPECT_NEAR(best.value, 3 + 2 * std::sqrt(2.0), 1e-9);
  EXPECT_NEAR(best.value_given, 6, 1e-12);
}

TEST(BestWeights, FidelityIsNoWorseThanAFineScan) {
  const std::vector<CausalGraph> heads = {testing::random_weighted_graph(10, 1),
                                          testing::random_weighted_graph(10, 2)};
  const auto best =
      best_weights(heads, std::vector<double>{0.5, 0.5}, Objective::kFidelity, Direction::kForward, {});
  double scanned = 0;
  for (int k = 0; k <= 5000; ++k) {
    const double w = k / 5000.0;
    scanned =
        std::max(scanned, fidelity(combine(heads, std::vector<double>{w, 1 - w}), std::nullopt).min_inner);
  }
  EXPECT_GE(best.value, scanned - 1e-6);
}

TEST(BestWeights, NeverWorseThanWhatItStartsFrom) {
  std::vector<CausalGraph> heads;
  for (std::uint32_t seed = 0; seed < 4; ++seed) heads.push_back(testing::random_weighted_graph(12, seed));
  const std::vector<double> given = {0.1, 0.2, 0.3, 0.4};
  for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
    const auto best = best_weights(heads, given, Objective::kMixing, direction, {});
    EXPECT_LE(best.value, best.value_given);
    EXPECT_NEAR(std::accumulate(best.weights.begin(), best.weights.end(), 0.0), 1, 1e-12);
    for (const CausalGraph& head : heads) {
      EXPECT_LE(best.value, mixing_times(head, direction, {}, 10'000).crossing);
    }
    for (const double weight : best.weights) EXPECT_GE(weight, 0);
  }
}

TEST(BestWeights, IsDeterministic) {
  const auto search = [] {
    return best_weights(relay(), std::vector<double>{0.5, 0.5}, Objective::kFidelity, Direction::kForward,
                        {});
  };
  EXPECT_EQ(search().weights, search().weights);
  EXPECT_EQ(search().evaluations, search().evaluations);
}

TEST(BestWeights, FindsTheOneHeadThatReachesTheSink) {
  // The second head only slows the walk down.
  const std::vector<CausalGraph> heads = {family_graph({}, 8), uniform_graph(8, {}, "still")};
  const auto best =
      best_weights(heads, std::vector<double>{0.5, 0.5}, Objective::kHitting, Direction::kForward, {});
  EXPECT_EQ(best.weights, (std::vector<double>{1, 0}));
}

}  // namespace
}  // namespace headsweep::graphs
