#include "worker/trainer/checkpoint_interval.h"

#include <gtest/gtest.h>

namespace headsweep::trainer {
namespace {

TEST(CheckpointInterval, IsTheOneAskedForWhereWritingIsFast) {
  CheckpointInterval interval(120);
  EXPECT_EQ(interval.seconds(), 120);
  interval.wrote(2.3);
  EXPECT_EQ(interval.seconds(), 120);
}

TEST(CheckpointInterval, IsLongerWhereWritingWouldTakeMoreThanItsShare) {
  CheckpointInterval interval(120);
  interval.wrote(6);
  EXPECT_EQ(interval.seconds(), 120) << "one says little";
  interval.wrote(6);
  EXPECT_DOUBLE_EQ(interval.seconds(), 300);
  interval.wrote(12);
  interval.wrote(12);
  EXPECT_DOUBLE_EQ(interval.seconds(), 600);
  interval.wrote(1);
  EXPECT_EQ(interval.seconds(), 120);
}

TEST(CheckpointInterval, IsNotStretchedByOneThatWasStuck) {
  CheckpointInterval interval(120);
  interval.wrote(100);
  EXPECT_EQ(interval.seconds(), 120);
  interval.wrote(1);
  interval.wrote(100);
  EXPECT_EQ(interval.seconds(), 120);
  interval.wrote(1);
  EXPECT_EQ(interval.seconds(), 120);
}

}  // namespace
}  // namespace headsweep::trainer
