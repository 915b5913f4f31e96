// How many trials a bundle holds: as the worker's device says, and less near the end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/scheduler.h"
#include "tests/orchestrator/action_filters.h"
#include "tests/orchestrator/sample_sweep.h"

namespace headsweep::orchestrator::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

SchedulerOptions stacked_options(std::optional<std::int64_t> stack) {
  SchedulerOptions options = sample_options();
  options.stack = stack;
  return options;
}

protocol::WorkerHello hello_on(const std::string& device) {
  protocol::WorkerHello hello = sample_hello();
  hello.device = device;
  return hello;
}

// Sizes of the bundles assigned to one worker.
std::vector<std::size_t> sizes(const Actions& actions, protocol::WorkerId worker) {
  std::vector<std::size_t> all;
  for (const auto& bundle : assigned(actions, worker)) all.push_back(bundle.size());
  return all;
}

Actions finish(Scheduler& scheduler, protocol::WorkerId worker, protocol::AttemptId first, std::int64_t count,
               double seconds_each) {
  Actions last;
  for (protocol::AttemptId attempt = first; attempt < first + count; ++attempt) {
    last = scheduler.message(worker, protocol::AttemptDone{attempt, sample_result(seconds_each)});
  }
  return last;
}

TEST(SchedulerStackingTest, AGpuIsAskedBeforeItsFirstTrialOfAShape) {
  results::FrozenSweep sweep = sample_sweep(4000);
  for (std::size_t i = 2000; i < 4000; ++i) sweep.open[i].settings.model.mlp_width += 1;
  Scheduler scheduler(stacked_options(std::nullopt), sweep);
  static_cast<void>(scheduler.worker_joined(1));
  const Actions greeted = scheduler.message(1, hello_on("cuda:0"));
  EXPECT_THAT(assigned(greeted, 1), IsEmpty());
  const auto questions = sent<protocol::ChooseStack>(greeted, 1);
  ASSERT_THAT(questions, SizeIs(1));
  EXPECT_EQ(questions[0].settings, sweep.open[0].settings);
  EXPECT_THAT(sent<protocol::ChooseStack>(scheduler.tick(1, true), 1), IsEmpty());
  const Actions chosen = scheduler.message(1, protocol::StackChosen{1000});
  EXPECT_THAT(sizes(chosen, 1), ElementsAre(1000));
  const auto of_other_shape = sent<protocol::ChooseStack>(chosen, 1);
  ASSERT_THAT(of_other_shape, SizeIs(1));
  EXPECT_EQ(of_other_shape[0].settings, sweep.open[2000].settings);
  // Nothing more before the answer.
  const Actions first_ended = finish(scheduler, 1, 1, 1000, 0.001);
  EXPECT_THAT(assigned(first_ended, 1), IsEmpty());
  EXPECT_THAT(sent<protocol::ChooseStack>(first_ended, 1), IsEmpty());
  EXPECT_THAT(sizes(scheduler.message(1, protocol::StackChosen{8}), 1), ElementsAre(8, 1000));
}

TEST(SchedulerStackingTest, ACpuIsNotAskedAndGetsOneAtATime) {
  Scheduler scheduler(stacked_options(std::nullopt), sample_sweep(10));
  static_cast<void>(scheduler.worker_joined(1));
  const Actions greeted = scheduler.message(1, hello_on("cpu"));
  EXPECT_THAT(sent<protocol::ChooseStack>(greeted, 1), IsEmpty());
  EXPECT_THAT(sizes(greeted, 1), ElementsAre(1, 1));
}

TEST(SchedulerStackingTest, WorkersOfDifferentDevicesGetWhatEachIsGoodFor) {
  Scheduler scheduler(stacked_options(std::nullopt), sample_sweep(100));
  for (const protocol::WorkerId worker : {1, 2}) static_cast<void>(scheduler.worker_joined(worker));
  EXPECT_THAT(sizes(scheduler.message(1, hello_on("cpu")), 1), ElementsAre(1, 1));
  static_cast<void>(scheduler.message(2, hello_on("cuda:0")));
  EXPECT_THAT(sizes(scheduler.message(2, protocol::StackChosen{16}), 2), ElementsAre(16, 16));
}

TEST(SchedulerStackingTest, AnAnswerWithoutAQuestionLosesTheWorker) {
  Scheduler scheduler(stacked_options(std::nullopt), sample_sweep(10));
  static_cast<void>(scheduler.worker_joined(1));
  static_cast<void>(scheduler.message(1, hello_on("cpu")));
  EXPECT_THAT(given_up(scheduler.message(1, protocol::StackChosen{4})), ElementsAre(1));
}

TEST(SchedulerStackingTest, FewTrialsAreSharedOutAmongAllWorkers) {
  Scheduler scheduler(stacked_options(64), sample_sweep(100));
  for (protocol::WorkerId worker = 1; worker <= 4; ++worker) {
    static_cast<void>(scheduler.worker_joined(worker));
  }
  for (protocol::WorkerId worker = 1; worker <= 4; ++worker) {
    EXPECT_THAT(sizes(scheduler.message(worker, sample_hello()), worker), ElementsAre(25));
  }
}

TEST(SchedulerStackingTest, TheLastBundlesShrinkWithWhatOthersStillHaveToDo) {
  Scheduler scheduler(stacked_options(8), sample_sweep(26));
  for (const protocol::WorkerId worker : {1, 2}) static_cast<void>(scheduler.worker_joined(worker));
  EXPECT_THAT(sizes(scheduler.message(1, sample_hello()), 1), ElementsAre(8, 5));
  EXPECT_THAT(sizes(scheduler.message(2, sample_hello()), 2), ElementsAre(8));
  finish(scheduler, 1, 1, 8, 60);
  for (protocol::AttemptId attempt = 9; attempt <= 13; ++attempt) {
    static_cast<void>(scheduler.message(1, protocol::AttemptProgress{attempt, 50, 1}));
  }
  // Five wait, the first worker has half of five: 7.5 trials are left, 3.75 for each.
  EXPECT_THAT(sizes(finish(scheduler, 2, 14, 8, 60), 2), ElementsAre(4));
}

TEST(SchedulerStackingTest, ASlowWorkerGetsTheSmallerShareOfTheEnd) {
  Scheduler scheduler(stacked_options(8), sample_sweep(40));
  for (const protocol::WorkerId worker : {1, 2}) static_cast<void>(scheduler.worker_joined(worker));
  EXPECT_THAT(sizes(scheduler.message(1, sample_hello()), 1), ElementsAre(8, 8));
  EXPECT_THAT(sizes(scheduler.message(2, sample_hello()), 2), ElementsAre(8, 8));
  finish(scheduler, 2, 17, 8, 20);
  finish(scheduler, 1, 1, 8, 60);
  // Eight wait and the other, three times as fast, has eight: a quarter of sixteen is four.
  EXPECT_THAT(sizes(finish(scheduler, 1, 9, 8, 60), 1), ElementsAre(4));
}

}  // namespace
}  // namespace headsweep::orchestrator::testing
