// The sign-flip test and Holm's correction against counts over all signs, one by one.
#include "results/statistics/sign_flip.h"

#include <cmath>

#include <gtest/gtest.h>

#include "random/counter_random.h"
#include "results/statistics/holm.h"

namespace headsweep::results {
namespace {

std::vector<double> random_differences(std::size_t n, std::uint32_t seed) {
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) {
    const random::Block block = random::random_block(seed, random::Purpose::kMonteCarloWalks, 0, 0, i);
    values.push_back(random::uniform_open(block[0]) - 0.3);
  }
  return values;
}

double counted(const std::vector<double>& values) {
  double observed = 0;
  for (const double value : values) observed += value;
  const std::size_t all = std::size_t{1} << values.size();
  std::size_t extreme = 0;
  for (std::size_t signs = 0; signs < all; ++signs) {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += (signs >> i & 1) != 0 ? values[i] : -values[i];
    if (std::abs(sum) >= std::abs(observed) - 1e-9) ++extreme;
  }
  return static_cast<double>(extreme) / static_cast<double>(all);
}

TEST(SignFlip, CountsEverySign) {
  SignFlipTest test("00000000");
  for (std::size_t n = 1; n <= 16; ++n) {
    const std::vector<double> values = random_differences(n, static_cast<std::uint32_t>(n));
    EXPECT_EQ(test.p_value(values), counted(values)) << n;
  }
}

TEST(SignFlip, CountsTiesAsExtreme) {
  SignFlipTest test("00000000");
  EXPECT_EQ(test.p_value(std::vector<double>(6, 0.0)), 1);
  EXPECT_EQ(test.p_value(std::vector<double>{1, 1, 1, 1, 1, -1}), 14.0 / 64);  // one or none against the rest
  EXPECT_EQ(test.p_value(std::vector<double>{0.1, 0.1, 0.1, 0.1, 0.1, 0.1}), smallest_sign_flip_p(6));
}

TEST(SignFlip, TwoOfAllSignsAreTheMostExtreme) {
  EXPECT_EQ(smallest_sign_flip_p(0), 1);
  EXPECT_EQ(smallest_sign_flip_p(kMostExactPairs), 0x1p-31);
  EXPECT_EQ(smallest_sign_flip_p(kMostExactPairs + 1), 1e-4);  // of 9,999 draws and the data
  EXPECT_EQ(smallest_sign_flip_p(6), 1.0 / 32);
  EXPECT_LE(smallest_sign_flip_p(kFewestPairs), kAlpha);
  EXPECT_GT(smallest_sign_flip_p(kFewestPairs - 1), kAlpha);
}

// 9,999 draws: a standard error of at most 0.005.
TEST(SignFlip, EstimatesWhereThereAreTooManySigns) {
  std::vector<double> values = random_differences(20, 5);
  SignFlipTest exact("00000000");
  const double p = exact.p_value(values);
  // Pairs without a difference change nothing.
  values.resize(40, 0.0);
  SignFlipTest drawn("89abcdef");
  EXPECT_NEAR(drawn.p_value(values), p, 0.02);
  SignFlipTest again("89abcdef");
  EXPECT_EQ(again.p_value(values), drawn.p_value(values));
}

TEST(SignFlip, IsExactWithThePairsOfBothHalves) {
  std::vector<double> values = random_differences(14, 8);
  const double p = counted(values);
  values.resize(32, 0.0);
  SignFlipTest test("00000000");
  EXPECT_EQ(test.p_value(values), p);
}

TEST(Holm, StepsDown) {
  EXPECT_EQ(holm_adjusted(std::vector<double>{0.01, 0.04, 0.03}), (std::vector<double>{0.03, 0.06, 0.06}));
  EXPECT_EQ(holm_adjusted(std::vector<double>{0.5, 0.9}), (std::vector<double>{1, 1}));
  EXPECT_TRUE(holm_adjusted({}).empty());
}

TEST(Holm, SaysHowManyPairsAFamilyNeeds) {
  EXPECT_EQ(pairs_to_reject(1), 6);
  EXPECT_EQ(pairs_to_reject(12), 9);  // 2^-8 = 0.0039 <= 0.05 / 12
  EXPECT_EQ(pairs_to_reject(13), 10);
}

}  // namespace
}  // namespace headsweep::results
