#include "worker/trainer/stack_timing.h"

#include <vector>

#include <gtest/gtest.h>

namespace headsweep::trainer {
namespace {

using Timings = std::vector<StackTiming>;

TEST(StackTiming, TheSmallestStackNearTheBestRateIsTaken) {
  // 1, 2, 3.9, 4, 4.05 trials a second: four at once are within 3% of the best, not two.
  const Timings timings = {{1, 1.0}, {2, 1.0}, {4, 4 / 3.9}, {8, 2.0}, {16, 16 / 4.05}};
  EXPECT_EQ(smallest_near_best(timings), 8);
  EXPECT_EQ(smallest_near_best({Timings{{1, 1.0}, {2, 1.95}, {4, 3.9}}}), 1);
  EXPECT_EQ(smallest_near_best({Timings{{1, 0.5}}}), 1);
}

TEST(StackTiming, ARateThatFallsAgainDoesNotCount) {
  EXPECT_EQ(smallest_near_best({Timings{{1, 1.0}, {2, 1.1}, {4, 1.6}, {8, 9.0}}}), 4);
}

TEST(StackTiming, GrowingEndsWhereItNoLongerPays) {
  EXPECT_TRUE(may_grow({}));
  EXPECT_TRUE(may_grow({Timings{{1, 1.0}}}));
  EXPECT_TRUE(may_grow({Timings{{1, 1.0}, {2, 1.5}}}));
  EXPECT_FALSE(may_grow({Timings{{1, 1.0}, {2, 1.5}, {4, 2.95}}}));
}

}  // namespace
}  // namespace headsweep::trainer
