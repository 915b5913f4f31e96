#include "orchestrator/trial_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/orchestrator/sample_sweep.h"

namespace headsweep::orchestrator::testing {
namespace {

using ::testing::ElementsAre;

TEST(TrialQueueTest, ServesInTheOrderGiven) {
  TrialQueue queue(sample_sweep(5).open);
  EXPECT_THAT(queue.take(2, 1), ElementsAre(0, 1));
  EXPECT_THAT(queue.take(1, 1), ElementsAre(2));
  EXPECT_EQ(queue.waiting(), 2);
  EXPECT_THAT(queue.take(9, 1), ElementsAre(3, 4));
  EXPECT_EQ(queue.waiting(), 0);
}

TEST(TrialQueueTest, ServesWhatCameBackFirst) {
  TrialQueue queue(sample_sweep(5).open);
  queue.take(4, 1);
  queue.put_back(3);
  queue.put_back(1);
  EXPECT_EQ(queue.waiting(), 3);
  EXPECT_THAT(queue.take(3, 1), ElementsAre(1, 3, 4));
}

TEST(TrialQueueTest, TrainsAloneWhatIsToBeAlone) {
  TrialQueue queue(sample_sweep(5).open);
  queue.take(3, 1);
  queue.train_alone(1);
  for (const TrialQueue::Index index : {0U, 1U, 2U}) queue.put_back(index);
  EXPECT_THAT(queue.take(5, 1), ElementsAre(0));
  EXPECT_THAT(queue.take(5, 1), ElementsAre(1));
  EXPECT_THAT(queue.take(5, 1), ElementsAre(2, 3, 4));
}

TEST(TrialQueueTest, StacksOnlyEqualShapesAndSchedules) {
  std::vector<results::OpenTrial> trials = sample_sweep(6).open;
  trials[1].settings.training.batch = 1;
  trials[2].settings.training.steps = 1;
  trials[3].settings.model.heads = 2;
  trials[4].settings.measure.every = 1;
  TrialQueue queue(trials);
  for (const TrialQueue::Index index : {0U, 1U, 2U, 3U, 4U, 5U})
    EXPECT_THAT(queue.take(6, 1), ElementsAre(index));
}

TEST(TrialQueueTest, GivesAFailedTrialToAnotherWorkerFirst) {
  TrialQueue queue(sample_sweep(3).open);
  queue.take(1, 1);
  queue.avoid(0, 1);
  queue.put_back(0);
  EXPECT_THAT(queue.take(1, 1), ElementsAre(1));
  EXPECT_THAT(queue.take(1, 2), ElementsAre(0));
  queue.avoid(0, 2);
  queue.put_back(0);
  EXPECT_THAT(queue.take(2, 2), ElementsAre(2, 0));  // nothing else is left
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
