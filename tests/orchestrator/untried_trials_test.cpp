#include "orchestrator/untried_trials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace headsweep::orchestrator::testing {
namespace {

using ::testing::ElementsAre;

trial::Settings settings_of(std::int64_t heads, std::int64_t steps = 100) {
  trial::Settings settings;
  settings.model.heads = heads;
  settings.training.steps = steps;
  return settings;
}

// Takes so many and returns them in order.
std::vector<UntriedTrials::Index> take(UntriedTrials& trials, int count) {
  std::vector<UntriedTrials::Index> taken;
  for (int i = 0; i < count; ++i) {
    taken.push_back(trials.next());
    trials.take(taken.back());
  }
  return taken;
}

TEST(UntriedTrialsTest, EquallyLongTrialsKeepTheirOrder) {
  UntriedTrials trials;
  for (int i = 0; i < 5; ++i) trials.add(settings_of(1), 100);
  EXPECT_EQ(trials.size(), 5);
  EXPECT_THAT(take(trials, 5), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(trials.size(), 0);
}

TEST(UntriedTrialsTest, OneOfEveryKindComesFirstAndThenTheLongest) {
  UntriedTrials trials;
  for (int i = 0; i < 3; ++i) trials.add(settings_of(1), 100);         // 0 1 2
  for (int i = 0; i < 3; ++i) trials.add(settings_of(1, 1000), 1000);  // 3 4 5
  for (int i = 0; i < 3; ++i) trials.add(settings_of(2), 100);         // 6 7 8
  EXPECT_THAT(take(trials, 3), ElementsAre(3, 0, 6));
  EXPECT_THAT(take(trials, 6), ElementsAre(4, 5, 1, 2, 7, 8));
}

TEST(UntriedTrialsTest, TimesMeasuredCountMoreThanOperations) {
  UntriedTrials trials;
  for (int i = 0; i < 3; ++i) trials.add(settings_of(1), 100);   // 0 1 2
  for (int i = 0; i < 3; ++i) trials.add(settings_of(16), 100);  // 3 4 5
  for (int i = 0; i < 3; ++i) trials.add(settings_of(8), 150);   // 6 7 8
  EXPECT_THAT(take(trials, 3), ElementsAre(6, 0, 3));
  trials.observe(0, 1);
  trials.observe(3, 4);
  // Heads of 8 have not been timed: 150 operations at the mean so far, 0.0175 s each, lie between the two.
  EXPECT_THAT(take(trials, 6), ElementsAre(4, 5, 7, 8, 1, 2));
}

TEST(UntriedTrialsTest, ServesTheLongestThatMayBeStacked) {
  UntriedTrials trials;
  trials.add(settings_of(1), 100);
  trials.add(settings_of(1, 1000), 1000);
  trials.add(settings_of(4), 100);
  trials.add(settings_of(2), 300);
  EXPECT_THAT(take(trials, 1), ElementsAre(1));
  EXPECT_EQ(trials.next_like(1), std::nullopt);
  EXPECT_EQ(trials.next_like(0), 3);
  trials.take(3);
  EXPECT_EQ(trials.next_like(3), 0);
  trials.take(0);
  EXPECT_EQ(trials.next_like(0), 2);
  EXPECT_EQ(trials.next(), 2);
}

TEST(UntriedTrialsTest, TrialsMayBeAddedWhenAllAreTaken) {
  UntriedTrials trials;
  trials.add(settings_of(1), 100);
  EXPECT_THAT(take(trials, 1), ElementsAre(0));
  trials.observe(0, 1);
  trials.add(settings_of(1), 100);
  trials.add(settings_of(1), 100);
  EXPECT_THAT(take(trials, 2), ElementsAre(1, 2));
}

}  // namespace
}  // namespace headsweep::orchestrator::testing
