// Nothing is dispatched that could not be checkpointed before the run has to end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/scheduler.h"
#include "tests/orchestrator/action_filters.h"
#include "tests/orchestrator/sample_sweep.h"

namespace headsweep::orchestrator::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class SchedulerReachTest : public ::testing::Test {
 protected:
  // Trials, some of them with updates that cost more, and workers that said hello at 0 s.
  void start(std::int64_t trials, std::int64_t workers, double stops_at) {
    now = 0;
    results::FrozenSweep sweep = sample_sweep(trials);
    for (const protocol::TrialId trial : dear) sweep.open[trial - 1U].settings.training.batch *= 4;
    scheduler.emplace(sample_options(), sweep);
    scheduler->will_stop_at(stops_at);
    for (protocol::WorkerId worker = 1; worker <= workers; ++worker) {
      static_cast<void>(scheduler->worker_joined(worker));
      static_cast<void>(scheduler->message(worker, sample_hello()));
    }
  }

  Actions at(double when) {
    Actions all;
    for (; now < when; now += 0.25) {
      for (protocol::WorkerId worker = 1; worker <= 2; ++worker) heartbeat(worker);
      for (Action& action : scheduler->tick(now, true)) all.push_back(std::move(action));
    }
    return all;
  }
  void heartbeat(protocol::WorkerId worker) {
    if (worker <= scheduler->progress().workers)
      static_cast<void>(scheduler->message(worker, protocol::WorkerHeartbeat{}));
  }
  Actions update(protocol::WorkerId worker, protocol::AttemptId attempt) {
    return scheduler->message(
        worker, protocol::AttemptProgress{.attempt = attempt, .step = 1, .steps_per_second = 1});
  }
  Actions done(protocol::WorkerId worker, protocol::AttemptId attempt, double seconds) {
    return scheduler->message(worker,
                              protocol::AttemptDone{.attempt = attempt, .result = sample_result(seconds)});
  }

  std::vector<std::size_t> dear;
  double now = 0;
  std::optional<Scheduler> scheduler;
};

TEST_F(SchedulerReachTest, DispatchesWhileTwiceTheMeasuredTimeIsLeft) {
  for (const bool in_time : {true, false}) {
    start(2, 1, 100);
    at(10);
    update(1, 1);  // 10 s
    at(in_time ? 79 : 81);
    EXPECT_THAT(assigned(done(1, 1, 80), 1), SizeIs(in_time ? 1 : 0));
  }
}

TEST_F(SchedulerReachTest, NothingBeginsInTheLastMomentsThoughNothingWasMeasured) {
  for (const double seconds : {1.9, 2.1}) {
    start(1, 1, seconds);
    EXPECT_EQ(scheduler->progress().running, seconds > 2 ? 1 : 0);
  }
}

TEST_F(SchedulerReachTest, AResultCountsWhereNoProgressWasTold) {
  start(2, 1, 100);
  at(40);
  EXPECT_THAT(assigned(done(1, 1, 1), 1), IsEmpty());
}

TEST_F(SchedulerReachTest, PrefetchesWhatWouldBeginInTime) {
  for (const bool in_time : {true, false}) {
    start(9, 1, 20);
    at(1);
    update(1, 1);
    at(in_time ? 8 : 10);
    const auto bundles = assigned(done(1, 1, in_time ? 8 : 10), 1);
    EXPECT_THAT(bundles, SizeIs(in_time ? 2 : 1)) << "trial 2 lasts as long as trial 1";
  }
}

TEST_F(SchedulerReachTest, StopsWhereNobodyCanBeginAnything) {
  start(2, 1, 100);
  at(30);
  update(1, 1);
  at(60);
  EXPECT_THAT(assigned(done(1, 1, 60), 1), IsEmpty());
  const Actions stopped = at(61);
  ASSERT_THAT(recorded<results::Event>(stopped), SizeIs(1));
  EXPECT_EQ(recorded<results::Event>(stopped)[0].message,
            "the walltime is nearly over: no other trial would reach a checkpoint");
  EXPECT_THAT(sent<protocol::Drain>(stopped, 1), SizeIs(1));
}

TEST_F(SchedulerReachTest, DoesNotStopWhileSomebodyTrains) {
  start(3, 2, 100);
  at(30);
  update(1, 1);
  update(2, 2);
  at(60);
  EXPECT_THAT(assigned(done(2, 2, 60), 2), IsEmpty());
  EXPECT_THAT(recorded<results::Event>(at(95)), IsEmpty());
  EXPECT_EQ(scheduler->progress().running, 1);
}

TEST_F(SchedulerReachTest, DearerUpdatesCountInProportion) {
  for (const bool is_dear : {false, true}) {
    // One dear one, which is the longest, goes to the first worker, the cheap one to the second.
    dear = is_dear ? std::vector<std::size_t>{2, 3} : std::vector<std::size_t>{};
    start(3, 2, 100);
    at(10);
    update(1, 1);
    update(2, 2);
    at(25);
    EXPECT_THAT(assigned(done(2, 2, 25), 2), SizeIs(is_dear ? 0 : 1)) << "10 s or 40 s";
  }
}

TEST_F(SchedulerReachTest, AnotherWorkersTimeCountsWhereItsOwnIsUnknown) {
  start(2, 1, 100);
  at(45);
  update(1, 1);
  at(50);
  static_cast<void>(scheduler->worker_joined(2));
  EXPECT_THAT(assigned(scheduler->message(2, sample_hello()), 2), IsEmpty());
}

TEST_F(SchedulerReachTest, AFailureNearTheEndIsNotTriedAgain) {
  start(1, 2, 100);
  at(30);
  update(1, 1);
  at(60);
  const Actions failed = scheduler->message(
      1, protocol::AttemptFailed{1, protocol::EndReason::kError, "why", std::nullopt, std::nullopt, ""});
  EXPECT_THAT(assigned(failed, 1), IsEmpty());
  EXPECT_THAT(assigned(failed, 2), IsEmpty());
  EXPECT_THAT(sent<protocol::Drain>(at(61), 2), SizeIs(1));
}

TEST(CheckpointTimesTest, TheNewestOfAWorkerCounts) {
  CheckpointTimes times;
  EXPECT_EQ(times.seconds_for(1, 5), kUnknownSeconds);
  times.observe(1, 30, 10);  // with the trainer's start
  times.observe(1, 2, 10);
  EXPECT_EQ(times.seconds_for(1, 10), 2);
  EXPECT_EQ(times.seconds_for(1, 1), 2);
  EXPECT_EQ(times.seconds_for(1, 40), 8);
}

TEST(CheckpointTimesTest, TheSlowestOfTheOthersCountsForANewOne) {
  CheckpointTimes times;
  times.observe(1, 30, 10);
  times.observe(2, 20, 5);
  EXPECT_EQ(times.seconds_for(3, 10), 40);
}

}  // namespace
}  // namespace headsweep::orchestrator::testing
