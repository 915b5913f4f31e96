#include "tasks/epoch_order.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace headsweep::tasks {
namespace {

std::vector<std::uint32_t> order_of(std::uint32_t seed, std::uint32_t epoch, std::size_t samples) {
  std::vector<std::uint32_t> order(samples, 12345);
  epoch_order(seed, epoch, order);
  return order;
}

TEST(EpochOrder, IsAPermutation) {
  for (const std::size_t samples : {0, 1, 2, 3, 4, 5, 7, 8, 9, 100, 5000}) {
    std::vector<std::uint32_t> sorted = order_of(3, 8, samples);
    std::ranges::sort(sorted);
    std::vector<std::uint32_t> expected(samples);
    std::iota(expected.begin(), expected.end(), 0U);
    EXPECT_EQ(sorted, expected) << samples << " samples";
  }
}

TEST(EpochOrder, FollowsFromSeedAndEpoch) {
  EXPECT_EQ(order_of(1, 2, 50), order_of(1, 2, 50));
  EXPECT_NE(order_of(1, 2, 50), order_of(1, 3, 50));
  EXPECT_NE(order_of(1, 2, 50), order_of(2, 2, 50));
}

// Chi-square over the 24 orders of 4 samples: 23 degrees of freedom, 99.99% quantile 57.
TEST(EpochOrder, TakesEveryPermutationEquallyOften) {
  constexpr int kDraws = 24000;
  std::array<int, 256> counts{};
  for (std::uint32_t epoch = 0; epoch < kDraws; ++epoch) {
    const auto order = order_of(7, epoch, 4);
    ++counts[order[0] * 64 + order[1] * 16 + order[2] * 4 + order[3]];
  }
  double chi_square = 0;
  int seen = 0;
  for (const int count : counts) {
    if (count == 0) continue;
    ++seen;
    chi_square += std::pow(count - kDraws / 24.0, 2) / (kDraws / 24.0);
  }
  EXPECT_EQ(seen, 24);
  EXPECT_LT(chi_square, 57.0);
}

}  // namespace
}  // namespace headsweep::tasks
