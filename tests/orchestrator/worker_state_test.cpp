#include "orchestrator/worker_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace headsweep::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(FailureStreakTest, CountsDifferentTrials) {
  FailureStreak streak;
  streak.add(1, std::nullopt, 7);
  streak.add(1, std::nullopt, 8);
  EXPECT_EQ(streak.length(), 1);
  streak.add(2, std::nullopt, 9);
  EXPECT_EQ(streak.length(), 2);
  EXPECT_EQ(streak.finished_at_begin(), 7);
}

TEST(FailureStreakTest, CountsADeadBundleOnce) {
  FailureStreak streak;
  for (const TrialQueue::Index trial : {1U, 2U, 3U}) streak.add(trial, 10, 0);
  EXPECT_EQ(streak.length(), 1);
  streak.add(4, 13, 0);
  EXPECT_EQ(streak.length(), 2);
}

TEST(FailureStreakTest, BeginsAnewAfterAReset) {
  FailureStreak streak;
  streak.add(1, 10, 3);
  streak.reset();
  EXPECT_EQ(streak.length(), 0);
  streak.add(1, 10, 5);
  EXPECT_EQ(streak.length(), 1);
  EXPECT_EQ(streak.finished_at_begin(), 5);
}

TEST(SpeedTest, SmoothsSecondsPerOperation) {
  Speed speed;
  EXPECT_FALSE(speed.seconds_for(100));
  speed.observe(2, 100);
  EXPECT_DOUBLE_EQ(*speed.seconds_for(50), 1);
  speed.observe(6, 100);  // 3/4 of 0.02 + 1/4 of 0.06 = 0.03 s an operation
  EXPECT_DOUBLE_EQ(*speed.seconds_for(100), 3);
}

TEST(StackSizesTest, KnowsWhatWasAnsweredShapeByShape) {
  trial::Settings settings;
  const trial::StackShape shape = trial::stack_shape(settings);
  settings.model.width *= 2;
  StackSizes stacks;
  EXPECT_FALSE(stacks.asked());
  stacks.ask(shape);
  EXPECT_TRUE(stacks.asked());
  EXPECT_EQ(stacks.find(shape), std::nullopt);
  stacks.answer(32);
  EXPECT_FALSE(stacks.asked());
  EXPECT_EQ(stacks.find(shape), 32);
  EXPECT_EQ(stacks.find(trial::stack_shape(settings)), std::nullopt);
}

TEST(BundleLineTest, KeepsBundlesInTheOrderSent) {
  BundleLine line;
  line.add(5, {0, 1}, {10, 20});
  line.add(7, {2}, {40});
  EXPECT_DOUBLE_EQ(line.first_flops(), 30);
  line.find(6)->flops_done = 5;
  EXPECT_DOUBLE_EQ(line.flops(), 70);
  EXPECT_DOUBLE_EQ(line.flops_done(), 5);
  EXPECT_EQ(line.bundles(), 2);
  EXPECT_THAT(line.all(), ElementsAre(5, 6, 7));
  EXPECT_DOUBLE_EQ(line.prefetched_flops(), 40);
  EXPECT_EQ(line.first_bundle(), 5);
  EXPECT_THAT(line.begin(5), ElementsAre(5, 6));
  EXPECT_THAT(line.begin(5), IsEmpty());
  EXPECT_EQ(line.bundle_size(*line.find(6)), 2);
  EXPECT_EQ(line.find(8), nullptr);
  line.remove(5);
  line.remove(6);
  EXPECT_EQ(line.first_bundle(), 7);
  EXPECT_FALSE(line.began(*line.find(7)));
  EXPECT_DOUBLE_EQ(line.prefetched_flops(), 0);
  line.remove(7);
  EXPECT_TRUE(line.empty());
}

}  // namespace
}  // namespace headsweep::orchestrator
