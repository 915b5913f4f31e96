#include "orchestrator/trial_queue.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/orchestrator/sample_sweep.h"

namespace headsweep::orchestrator::testing {
namespace {

using ::testing::ElementsAre;

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

TEST(TrialQueueTest, ServesInTheOrderGiven) {
  TrialQueue queue(sample_sweep(5).open);
  EXPECT_THAT(queue.take(2, kNoLimit, 1), ElementsAre(0, 1));
  EXPECT_THAT(queue.take(1, kNoLimit, 1), ElementsAre(2));
  EXPECT_EQ(queue.waiting(), 2);
  EXPECT_THAT(queue.take(9, kNoLimit, 1), ElementsAre(3, 4));
  EXPECT_EQ(queue.waiting(), 0);
}

TEST(TrialQueueTest, ServesWhatCameBackFirst) {
  TrialQueue queue(sample_sweep(5).open);
  queue.take(4, kNoLimit, 1);
  queue.put_back(3);
  queue.put_back(1);
  EXPECT_EQ(queue.waiting(), 3);
  EXPECT_THAT(queue.take(3, kNoLimit, 1), ElementsAre(1, 3, 4));
}

TEST(TrialQueueTest, TrainsAloneWhatIsToBeAlone) {
  TrialQueue queue(sample_sweep(5).open);
  queue.take(3, kNoLimit, 1);
  queue.train_alone(1);
  for (const TrialQueue::Index index : {0U, 1U, 2U}) queue.put_back(index);
  EXPECT_THAT(queue.take(5, kNoLimit, 1), ElementsAre(0, 2, 3, 4));
  EXPECT_THAT(queue.take(5, kNoLimit, 1), ElementsAre(1));
}

TEST(TrialQueueTest, StacksOnlyEqualShapesAndSchedules) {
  std::vector<results::OpenTrial> trials = sample_sweep(6).open;
  trials[1].settings.training.batch = 1;
  trials[2].settings.training.steps = 1;
  trials[3].settings.model.mlp_width += 1;
  trials[4].settings.measure.every = 1;
  TrialQueue queue(trials);
  for (int bundles = 0; bundles < 5; ++bundles) {
    const std::vector<TrialQueue::Index> bundle = queue.take(6, kNoLimit, 1);
    if (bundle.front() == 0) {
      EXPECT_THAT(bundle, ElementsAre(0, 5));
    } else {
      EXPECT_THAT(bundle, ElementsAre(bundle.front()));
    }
  }
  EXPECT_EQ(queue.waiting(), 0);
}

TEST(TrialQueueTest, TakesNoMoreThanTheOperationsAskedFor) {
  TrialQueue queue(sample_sweep(9).open);
  const double one = queue.flops(0);
  EXPECT_THAT(queue.take(8, 2.6 * one, 1), ElementsAre(0, 1, 2));  // the third is more than half within
  EXPECT_THAT(queue.take(8, 2.4 * one, 1), ElementsAre(3, 4));
  EXPECT_THAT(queue.take(8, -one, 1), ElementsAre(5));  // never none
  EXPECT_EQ(queue.next_for(1), 6);
}

TEST(TrialQueueTest, GivesAFailedTrialToAnotherWorkerFirst) {
  TrialQueue queue(sample_sweep(3).open);
  queue.take(1, kNoLimit, 1);
  queue.avoid(0, 1);
  queue.put_back(0);
  EXPECT_THAT(queue.take(1, kNoLimit, 1), ElementsAre(1));
  EXPECT_THAT(queue.take(1, kNoLimit, 2), ElementsAre(0));
  queue.avoid(0, 2);
  queue.put_back(0);
  EXPECT_THAT(queue.take(2, kNoLimit, 2), ElementsAre(2));
  EXPECT_THAT(queue.take(2, kNoLimit, 2), ElementsAre(0));  // nothing else is left
}

TEST(TrialQueueTest, CostsAreTrainingOperations) {
  std::vector<results::OpenTrial> trials = sample_sweep(2).open;
  trials[1].settings.training.steps *= 3;
  const TrialQueue queue(trials);
  EXPECT_GT(queue.flops(0), 0);
  EXPECT_DOUBLE_EQ(queue.flops(1), 3 * queue.flops(0));
}

}  // namespace
}  // namespace headsweep::orchestrator::testing
