#include "graphs/mixing.h"

#include <cmath>

#include <gtest/gtest.h>

#include "dense_reference.h"
#include "errors/user_error.h"
#include "graphs/edge_list.h"
#include "graphs/families.h"

namespace headsweep::graphs {
namespace {

constexpr std::int64_t kEnough = 100'000;

CausalGraph line(std::int64_t n) {
  FamilySpec spec;
  spec.family = Family::kLine;
  return family_graph(spec, n);
}

// Smallest t at which fewer than `moves` heads in t tosses of a fair coin have at most probability `limit`.
double tosses(std::int64_t moves, double limit) {
  for (std::int64_t t = 1;; ++t) {
    double below = 0;
    for (std::int64_t k = 0; k < moves; ++k) {
      below += std::exp(std::lgamma(static_cast<double>(t) + 1) - std::lgamma(static_cast<double>(k) + 1) -
                        std::lgamma(static_cast<double>(t - k) + 1) - static_cast<double>(t) * std::log(2.0));
      if (k == t) break;
    }
    if (below <= limit * (1 + 1e-9)) return static_cast<double>(t);
  }
}

TEST(Mixing, ALineNeedsEnoughHeadsOfACoin) {
  for (const std::int64_t n : {2, 3, 5, 16, 50}) {
    const double expected = tosses(n - 1, 0.25);
    EXPECT_EQ(mixing_times(line(n), Direction::kForward, {}, kEnough).worst, expected) << n;
    EXPECT_EQ(mixing_times(line(n), Direction::kBackward, {}, kEnough).worst, expected) << n;
  }
}

TEST(Mixing, L1IsTwiceTheTotalVariation) {
  const CausalGraph graph = testing::random_weighted_graph(20, 5);
  for (const double epsilon : {0.01, 0.1, 0.3}) {
    const auto tv =
        mixing_times(graph, Direction::kForward, {Norm::kTotalVariation, epsilon, false}, kEnough);
    const auto l1 = mixing_times(graph, Direction::kForward, {Norm::kL1, 2 * epsilon, false}, kEnough);
    EXPECT_EQ(tv.worst, l1.worst);
    EXPECT_EQ(tv.mean, l1.mean);
  }
}

TEST(Mixing, StrictMattersAtEquality) {
  // Two positions: 1/2, 1/4, 1/8 are left.
  EXPECT_EQ(mixing_times(line(2), Direction::kForward, {}, kEnough).worst, 2);
  EXPECT_EQ(mixing_times(line(2), Direction::kForward, {Norm::kTotalVariation, 0.25, true}, kEnough).worst,
            3);
}

TEST(Mixing, MeansCountTheEndAsOneStep) {
  const MixingTimes times = mixing_times(line(2), Direction::kForward, {}, kEnough);
  EXPECT_EQ(times.mean_inner, 2);
  EXPECT_EQ(times.mean, 1.5);
  EXPECT_EQ(times.uniform, 1);  // 1/4 is left of a start in either position
  EXPECT_EQ(times.uniform_inner, 2);
}

TEST(Mixing, CrossingLiesInTheLastStep) {
  const MixingTimes times = mixing_times(line(3), Direction::kForward, {}, kEnough);
  EXPECT_GT(times.crossing, times.worst - 1);
  EXPECT_LE(times.crossing, times.worst);
}

TEST(Mixing, IsCensoredAtTheLimit) {
  const MixingTimes times = mixing_times(line(50), Direction::kForward, {}, 60);
  EXPECT_TRUE(times.censored);
  EXPECT_TRUE(std::isinf(times.worst));
  EXPECT_GT(times.survival, 0.25);
}

TEST(Mixing, NeverEndsWithoutAWay) {
  const CausalGraph apart = uniform_graph(3, {{1, 2, 1}}, "test");
  const MixingTimes times = mixing_times(apart, Direction::kForward, {}, 1000);
  EXPECT_TRUE(times.censored);
  EXPECT_EQ(times.survival, 1);
}

TEST(Mixing, IsUndefinedForOnePosition) {
  const MixingTimes times = mixing_times(line(1), Direction::kForward, {}, 10);
  EXPECT_TRUE(std::isnan(times.worst));
  EXPECT_FALSE(times.censored);
}

TEST(Mixing, RefusesADistanceThatIsNone) {
  EXPECT_THROW(check_rule({Norm::kTotalVariation, 1.0, false}), UserError);
  EXPECT_THROW(check_rule({Norm::kTotalVariation, 0.0, false}), UserError);
  EXPECT_THROW(check_rule({Norm::kL1, std::nan(""), false}), UserError);
  EXPECT_NO_THROW(check_rule({Norm::kL1, 1.5, false}));
}

}  // namespace
}  // namespace headsweep::graphs
