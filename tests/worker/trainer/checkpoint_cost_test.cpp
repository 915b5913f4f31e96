#include "worker/trainer/checkpoint_cost.h"

#include <gtest/gtest.h>

namespace headsweep::trainer {
namespace {

constexpr double kAsked = 120;

TEST(CheckpointCost, TheIntervalIsTheOneAskedForWhereWritingIsFast) {
  CheckpointCost cost;
  EXPECT_EQ(cost.interval(kAsked, 1), kAsked);
  cost.wrote(2.3, 1);
  cost.wrote(2.3, 1);
  EXPECT_EQ(cost.interval(kAsked, 1), kAsked);
}

TEST(CheckpointCost, TheIntervalIsLongerWhereWritingWouldTakeMoreThanItsShare) {
  CheckpointCost cost;
  cost.wrote(6, 1);
  EXPECT_EQ(cost.interval(kAsked, 1), kAsked) << "one says little";
  cost.wrote(6, 1);
  EXPECT_DOUBLE_EQ(cost.interval(kAsked, 1), 300);
  cost.wrote(12, 1);
  cost.wrote(12, 1);
  EXPECT_DOUBLE_EQ(cost.interval(kAsked, 1), 600);
  cost.wrote(1, 1);
  cost.wrote(1, 1);
  EXPECT_EQ(cost.interval(kAsked, 1), kAsked);
}

TEST(CheckpointCost, TheIntervalIsLongWhereEveryOtherOneIsSlow) {
  CheckpointCost cost;
  for (int i = 0; i < 4; ++i) cost.wrote(i % 2 == 0 ? 0.1 : 10, 1);
  EXPECT_DOUBLE_EQ(cost.interval(kAsked, 1), 500);
}

TEST(CheckpointCost, IsThatOfEachTrial) {
  CheckpointCost cost;
  cost.wrote(48, 8);
  cost.wrote(12, 2);
  EXPECT_DOUBLE_EQ(cost.interval(kAsked, 1), 300);
  EXPECT_DOUBLE_EQ(cost.interval(kAsked, 4), 1200);
}

TEST(CheckpointCost, IsNotThatOfOneThatWasStuck) {
  CheckpointCost cost;
  cost.wrote(100, 1);
  EXPECT_EQ(cost.interval(kAsked, 1), kAsked);
  for (const double seconds : {1, 1, 100, 1}) {
    cost.wrote(seconds, 1);
    EXPECT_EQ(cost.interval(kAsked, 1), kAsked);
  }
}

}  // namespace
}  // namespace headsweep::trainer
