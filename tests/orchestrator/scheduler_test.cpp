// Single rules of the scheduler: dispatching, prefetching, committing, ending. Faults are in
// scheduler_faults_test.cpp.
#include "orchestrator/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/orchestrator/action_filters.h"
#include "tests/orchestrator/sample_sweep.h"

namespace headsweep::orchestrator::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Bundle = std::vector<protocol::TrialId>;

Actions join(Scheduler& scheduler, protocol::WorkerId worker) {
  EXPECT_THAT(sent<protocol::Welcome>(scheduler.worker_joined(worker), worker), SizeIs(1));
  return scheduler.message(worker, sample_hello());
}

Actions finish(Scheduler& scheduler, protocol::WorkerId worker, protocol::AttemptId attempt,
               double seconds = 1) {
  return scheduler.message(worker,
                           protocol::AttemptDone{.attempt = attempt, .result = sample_result(seconds)});
}

Actions commit(Scheduler& scheduler, std::vector<protocol::AttemptId> attempts) {
  return scheduler.committed(attempts);
}

TEST(SchedulerTest, WelcomesAtOnceAndAssignsAfterTheHello) {
  Scheduler scheduler(sample_options(), sample_sweep(5));
  const Actions joined = scheduler.worker_joined(1);
  EXPECT_THAT(sent<protocol::Welcome>(joined, 1), SizeIs(1));
  EXPECT_THAT(assigned(joined, 1), IsEmpty());
  const Actions greeted = scheduler.message(1, sample_hello());
  EXPECT_THAT(recorded<results::WorkerSeen>(greeted), SizeIs(1));
  EXPECT_THAT(assigned(greeted, 1), ElementsAre(Bundle{1}, Bundle{2}));
}

TEST(SchedulerTest, NumbersAttemptsFromTheStoresNext) {
  results::FrozenSweep sweep = sample_sweep(2);
  sweep.next_attempt = 41;
  Scheduler scheduler(sample_options(), sweep);
  const auto assigns = sent<protocol::Assign>(join(scheduler, 1), 1);
  ASSERT_THAT(assigns, SizeIs(2));
  EXPECT_EQ(assigns[0].bundle[0].attempt, 41);
  EXPECT_EQ(assigns[1].bundle[0].attempt, 42);
}

TEST(SchedulerTest, RecordsTheStartWhenTheBundlesTurnComes) {
  Scheduler scheduler(sample_options(), sample_sweep(3));
  const auto first = recorded<results::AttemptStarted>(join(scheduler, 1));
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_EQ(first[0].trial, 1);
  EXPECT_EQ(scheduler.progress().running, 1);
  const auto second = recorded<results::AttemptStarted>(finish(scheduler, 1, 1));
  ASSERT_THAT(second, SizeIs(1));
  EXPECT_EQ(second[0].attempt, 2);
}

TEST(SchedulerTest, BundlesOnlyEqualShapes) {
  SchedulerOptions options = sample_options();
  options.stack = 4;
  results::FrozenSweep sweep = sample_sweep(7);
  for (std::size_t i = 3; i < 7; ++i) sweep.open[i].settings.model.mlp_width += 1;
  for (std::size_t i = 0; i < 7; i += 2) sweep.open[i].settings.model.heads = 2;
  sweep.open[1].settings.training.learning_rate = 0.5;
  sweep.open[2].settings.training.task = "cycle";
  Scheduler scheduler(options, sweep);
  EXPECT_THAT(assigned(join(scheduler, 1), 1), ElementsAre(Bundle{1, 2, 3}, Bundle{4, 5, 6, 7}));
}

TEST(SchedulerTest, PrefetchesOneBundleOfTrialsOfSeconds) {
  Scheduler scheduler(sample_options(), sample_sweep(100));
  join(scheduler, 1);
  EXPECT_THAT(assigned(finish(scheduler, 1, 1, 9), 1), ElementsAre(Bundle{3}));
}

TEST(SchedulerTest, PrefetchesNothingBehindLongTrials) {
  Scheduler scheduler(sample_options(), sample_sweep(100));
  join(scheduler, 1);
  EXPECT_THAT(assigned(finish(scheduler, 1, 1, 11), 1), IsEmpty());
  EXPECT_THAT(assigned(finish(scheduler, 1, 2, 11), 1), ElementsAre(Bundle{3}));
}

TEST(SchedulerTest, PrefetchesTwentyMillisecondsOfShortTrials) {
  Scheduler scheduler(sample_options(), sample_sweep(100));
  join(scheduler, 1);
  // The one that was prefetched runs now; 14 x 1.5 ms are the first to reach 20 ms.
  EXPECT_THAT(assigned(finish(scheduler, 1, 1, 0.0015), 1), SizeIs(14));
}

TEST(SchedulerTest, EstimatesByTheCostOfTheTrial) {
  results::FrozenSweep sweep = sample_sweep(100);
  for (std::size_t i = 2; i < 100; ++i) sweep.open[i].settings.training.steps = 100'000;
  Scheduler scheduler(sample_options(), sweep);
  // One of each length first.
  EXPECT_THAT(assigned(join(scheduler, 1), 1), ElementsAre(Bundle{3}, Bundle{1}));
  // The long one took 1.5 s; the short one that runs now takes a thousandth, the next as long as the first.
  EXPECT_THAT(assigned(finish(scheduler, 1, 1, 1.5), 1), ElementsAre(Bundle{4}));
}

TEST(SchedulerTest, PrefetchesNoMoreThanTheLimit) {
  Scheduler scheduler(sample_options(), sample_sweep(5000));
  join(scheduler, 1);
  EXPECT_THAT(assigned(finish(scheduler, 1, 1, 0), 1), SizeIs(kMostPrefetched - 1));
}

TEST(SchedulerTest, LeavesTheLastTrialsToWhoeverIsFreeFirst) {
  Scheduler scheduler(sample_options(), sample_sweep(4));
  EXPECT_THAT(assigned(join(scheduler, 1), 1), ElementsAre(Bundle{1}, Bundle{2}));
  EXPECT_THAT(assigned(join(scheduler, 2), 2), ElementsAre(Bundle{3}));
  EXPECT_THAT(assigned(finish(scheduler, 2, 3), 2), ElementsAre(Bundle{4}));
}

TEST(SchedulerTest, AcknowledgesAfterTheCommitAndThenShutsDown) {
  Scheduler scheduler(sample_options(), sample_sweep(1));
  join(scheduler, 1);
  const Actions done = finish(scheduler, 1, 1);
  EXPECT_THAT(recorded<results::AttemptSucceeded>(done), SizeIs(1));
  EXPECT_THAT(sent<protocol::Committed>(done, 1), IsEmpty());
  EXPECT_THAT(sent<protocol::Shutdown>(scheduler.tick(1, true), 1), IsEmpty());
  const Actions committed = commit(scheduler, {1});
  EXPECT_THAT(sent<protocol::Committed>(committed, 1), SizeIs(1));
  EXPECT_THAT(sent<protocol::Shutdown>(committed, 1), SizeIs(1));
  const Actions left = scheduler.message(1, protocol::WorkerGoodbye{});
  ASSERT_TRUE(std::holds_alternative<Finish>(left.back()));
  const Ending ending = std::get<Finish>(left.back()).ending;
  EXPECT_EQ(ending.end, RunEnd::kAllDone);
  EXPECT_TRUE(ending.every_worker_left);
}

TEST(SchedulerTest, AsksOnceForMoreTrialsWhereTheSweepMayGrow) {
  SchedulerOptions options = sample_options();
  options.may_grow = true;
  const results::FrozenSweep sweep = sample_sweep(2);
  results::FrozenSweep first = sweep;
  first.open.pop_back();
  Scheduler scheduler(options, first);
  join(scheduler, 1);
  finish(scheduler, 1, 1);
  const Actions committed = commit(scheduler, {1});
  EXPECT_TRUE(std::holds_alternative<AskForTrials>(committed.back()));
  EXPECT_THAT(sent<protocol::Shutdown>(committed, 1), IsEmpty());
  for (const Action& action : scheduler.tick(0.1, true))
    EXPECT_FALSE(std::holds_alternative<AskForTrials>(action)) << "asked twice";
  EXPECT_THAT(assigned(scheduler.grow({sweep.open.back()}), 1), ElementsAre(Bundle{2}));
  finish(scheduler, 1, 2);
  EXPECT_THAT(sent<protocol::Shutdown>(commit(scheduler, {2}), 1), SizeIs(1));
}

// Its only trial is committed, and whether there are more is not answered yet.
Scheduler scheduler_that_asked_for_more() {
  SchedulerOptions options = sample_options();
  options.may_grow = true;
  Scheduler scheduler(options, sample_sweep(1));
  join(scheduler, 1);
  finish(scheduler, 1, 1);
  commit(scheduler, {1});
  return scheduler;
}

TEST(SchedulerTest, AStopBeforeTheAnswerLeavesTheQuestionToTheNextRun) {
  Scheduler scheduler = scheduler_that_asked_for_more();
  EXPECT_THAT(sent<protocol::Drain>(scheduler.stop("SIGTERM"), 1), SizeIs(1));
  const Actions left = scheduler.message(1, protocol::WorkerGoodbye{});
  ASSERT_TRUE(std::holds_alternative<Finish>(left.back()));
  const Ending ending = std::get<Finish>(left.back()).ending;
  EXPECT_EQ(ending.end, RunEnd::kStopped);
  EXPECT_EQ(ending.why, "SIGTERM");
}

TEST(SchedulerTest, ShutsDownWhenThereAreNoMoreTrials) {
  Scheduler scheduler = scheduler_that_asked_for_more();
  EXPECT_THAT(sent<protocol::Shutdown>(scheduler.grow({}), 1), SizeIs(1));
}

TEST(SchedulerTest, EndsAsFailedWhenAnEarlierRunLeftFailedTrials) {
  results::FrozenSweep sweep = sample_sweep(0);
  sweep.trials = 3;
  sweep.done = 2;
  sweep.failed = 1;
  Scheduler scheduler(sample_options(), sweep);
  const Actions actions = scheduler.tick(0, true);
  ASSERT_THAT(actions, SizeIs(1));
  EXPECT_EQ(std::get<Finish>(actions[0]).ending.end, RunEnd::kSomeFailed);
}

TEST(SchedulerTest, DrainsOnStopAndRecordsOnlyWhatHadBegun) {
  Scheduler scheduler(sample_options(), sample_sweep(9));
  join(scheduler, 1);
  const Actions stopped = scheduler.stop("enough");
  ASSERT_THAT(sent<protocol::Drain>(stopped, 1), SizeIs(1));
  EXPECT_EQ(sent<protocol::Drain>(stopped, 1)[0].why, "enough");
  EXPECT_THAT(recorded<results::AttemptEnded>(scheduler.message(1, protocol::AttemptsReturned{{2}})),
              IsEmpty());
  const Actions late = finish(scheduler, 1, 1);
  EXPECT_THAT(recorded<results::AttemptSucceeded>(late), SizeIs(1));
  EXPECT_THAT(assigned(late, 1), IsEmpty());
  const Actions left = scheduler.message(1, protocol::WorkerGoodbye{});
  ASSERT_TRUE(std::holds_alternative<Finish>(left.back()));
  EXPECT_EQ(std::get<Finish>(left.back()).ending.why, "enough");
}

TEST(SchedulerTest, SendsHeartbeatsAsOftenAsTheWelcomeSays) {
  Scheduler scheduler(sample_options(), sample_sweep(3));
  join(scheduler, 1);
  EXPECT_THAT(sent<protocol::CoordinatorHeartbeat>(scheduler.tick(0, true), 1), SizeIs(1));
  EXPECT_THAT(sent<protocol::CoordinatorHeartbeat>(scheduler.tick(0.9, true), 1), IsEmpty());
  EXPECT_THAT(sent<protocol::CoordinatorHeartbeat>(scheduler.tick(1.0, true), 1), SizeIs(1));
  EXPECT_THAT(sent<protocol::CoordinatorHeartbeat>(scheduler.tick(1.5, false), 1), IsEmpty());
  EXPECT_THAT(sent<protocol::CoordinatorHeartbeat>(scheduler.tick(2.0, false), 1), SizeIs(1));
}

TEST(SchedulerTest, RecordsAWorkersProgressOnceASecond) {
  Scheduler scheduler(sample_options(), sample_sweep(4));
  join(scheduler, 1);
  const auto records_at = [&](double now, std::int64_t step) {
    static_cast<void>(scheduler.tick(now, true));
    return recorded<results::WorkerProgress>(
        scheduler.message(1, protocol::AttemptProgress{.attempt = 1, .step = step, .steps_per_second = 4}));
  };
  const auto first = records_at(10, 7);
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_EQ(first[0].trial, 1);
  EXPECT_EQ(first[0].step, 7);
  EXPECT_EQ(first[0].steps_per_second, 4);
  EXPECT_THAT(records_at(10.5, 8), IsEmpty());
  EXPECT_THAT(records_at(11, 9), SizeIs(1));
}

TEST(SchedulerTest, CountsProgressByOperations) {
  Scheduler scheduler(sample_options(), sample_sweep(4));
  const double one = scheduler.progress().flops_left / 4;
  join(scheduler, 1);
  static_cast<void>(
      scheduler.message(1, protocol::AttemptProgress{.attempt = 1, .step = 50, .steps_per_second = 1}));
  EXPECT_DOUBLE_EQ(scheduler.progress().flops_done, one / 2);
  EXPECT_DOUBLE_EQ(scheduler.progress().flops_left, 4 * one);
  finish(scheduler, 1, 1);
  EXPECT_DOUBLE_EQ(scheduler.progress().flops_done, one);
  EXPECT_DOUBLE_EQ(scheduler.progress().flops_left, 3 * one);
  EXPECT_EQ(scheduler.progress().done, 1);
  EXPECT_EQ(scheduler.progress().running, 1);
  EXPECT_EQ(scheduler.progress().workers, 1);
}

TEST(SchedulerTest, SaysHowManyParametersWerePlanned) {
  Scheduler scheduler(sample_options(), sample_sweep(2));
  const auto assigns = sent<protocol::Assign>(join(scheduler, 1), 1);
  ASSERT_THAT(assigns, SizeIs(2));
  EXPECT_EQ(assigns[0].bundle[0].parameters, 100);
  EXPECT_EQ(assigns[1].bundle[0].parameters, 101);
}

TEST(SchedulerTest, AsksForTheModelsThatTheSweepKeeps) {
  SchedulerOptions options = sample_options();
  options.keep_models = KeepModels(1'000'000'000, 1'000'000, 0);  // not all fit: seed 0 only
  Scheduler scheduler(options, sample_sweep(2));
  const auto assigns = sent<protocol::Assign>(join(scheduler, 1), 1);
  ASSERT_THAT(assigns, SizeIs(2));
  EXPECT_TRUE(assigns[0].bundle[0].keep_model);
  EXPECT_FALSE(assigns[1].bundle[0].keep_model);
}

}  // namespace
}  // namespace headsweep::orchestrator::testing
