// Single rules of the scheduler when trials fail and workers vanish.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/scheduler.h"
#include "tests/orchestrator/action_filters.h"
#include "tests/orchestrator/sample_sweep.h"

namespace headsweep::orchestrator::testing {
namespace {

using protocol::EndReason;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Bundle = std::vector<protocol::TrialId>;

class SchedulerFaultsTest : public ::testing::Test {
 protected:
  // A scheduler with that many workers, all of whom said hello.
  void start(std::int64_t trials, std::int64_t workers, const SchedulerOptions& options = sample_options()) {
    scheduler.emplace(options, sample_sweep(trials));
    for (protocol::WorkerId worker = 1; worker <= workers; ++worker) {
      static_cast<void>(scheduler->worker_joined(worker));
      static_cast<void>(scheduler->message(worker, sample_hello()));
    }
  }

  Actions fail(protocol::WorkerId worker, protocol::AttemptId attempt, EndReason reason) {
    return scheduler->message(worker, protocol::AttemptFailed{.attempt = attempt,
                                                              .reason = reason,
                                                              .message = "reason",
                                                              .signal = std::nullopt,
                                                              .exit_code = std::nullopt,
                                                              .log_tail = ""});
  }

  Actions done(protocol::WorkerId worker, protocol::AttemptId attempt) {
    return scheduler->message(worker, protocol::AttemptDone{.attempt = attempt, .result = sample_result()});
  }

  // Passes `seconds` of silence in steps that all count.
  Actions be_silent(double seconds, bool heard_all = true) {
    Actions all;
    const double until = now + seconds;
    while (now < until) {
      now += 0.5;
      for (Action& action : scheduler->tick(now, heard_all)) all.push_back(std::move(action));
    }
    return all;
  }

  double now = 0;
  std::optional<Scheduler> scheduler;
};

TEST_F(SchedulerFaultsTest, GivesUpASilentWorkerAndPlansItsTrialsAgain) {
  start(3, 2);  // worker 1: trials 1, 2; worker 2: trial 3
  done(2, 3);
  be_silent(14);
  static_cast<void>(scheduler->message(2, protocol::WorkerHeartbeat{}));
  const Actions lost = be_silent(1);
  EXPECT_THAT(given_up(lost), ElementsAre(1));
  const auto ended = recorded<results::AttemptEnded>(lost);
  ASSERT_THAT(ended, SizeIs(1));  // attempt 2 had not begun
  EXPECT_EQ(ended[0].failure.reason, EndReason::kWorkerLost);
  EXPECT_EQ(ended[0].trial_state, results::TrialState::kPlanned);
  EXPECT_THAT(assigned(lost, 2), ElementsAre(Bundle{1}));
}

TEST_F(SchedulerFaultsTest, LosesNobodyWhileItDoesNotListen) {
  start(3, 1);
  EXPECT_THAT(given_up(be_silent(1000, false)), IsEmpty());
}

TEST_F(SchedulerFaultsTest, DoesNotTakeItsOwnSleepForSilence) {
  start(3, 1);
  EXPECT_THAT(given_up(scheduler->tick(10'000, true)), IsEmpty());
  now = 10'000;
  EXPECT_THAT(given_up(be_silent(13)), IsEmpty());
  EXPECT_THAT(given_up(be_silent(2)), ElementsAre(1));
}

TEST_F(SchedulerFaultsTest, WaitsLongerForAHello) {
  scheduler.emplace(sample_options(), sample_sweep(1));
  static_cast<void>(scheduler->worker_joined(1));
  EXPECT_THAT(given_up(be_silent(119)), IsEmpty());
  const Actions lost = be_silent(2);
  EXPECT_THAT(given_up(lost), ElementsAre(1));
  EXPECT_THAT(recorded<results::WorkerEnded>(lost), IsEmpty());  // the store never saw it
}

TEST_F(SchedulerFaultsTest, DropsALateResultAndRecordsIt) {
  start(3, 1);
  be_silent(20);
  const Actions late = done(1, 2);
  EXPECT_THAT(recorded<results::AttemptSucceeded>(late), IsEmpty());
  const auto events = recorded<results::Event>(late);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].kind, "late_result");
  EXPECT_EQ(events[0].trial, 2);
  EXPECT_EQ(events[0].worker, 1);
}

TEST_F(SchedulerFaultsTest, RetriesAtAnotherWorkerFirst) {
  start(9, 2);  // worker 1: trials 1, 2; worker 2: trials 3, 4
  EXPECT_THAT(assigned(fail(1, 1, EndReason::kError), 1), ElementsAre(Bundle{5}));
  EXPECT_THAT(assigned(done(2, 3), 2), ElementsAre(Bundle{1}));
}

TEST_F(SchedulerFaultsTest, FeedsAWorkerThatFoundNothingWhenItJoined) {
  start(1, 2);  // worker 1 took the only trial before worker 2 said hello
  const Actions actions = fail(1, 1, EndReason::kCannotStart);
  EXPECT_THAT(assigned(actions, 2), ElementsAre(Bundle{1}));
}

TEST_F(SchedulerFaultsTest, CountsFailuresOfEarlierRuns) {
  results::FrozenSweep sweep = sample_sweep(1);
  sweep.open[0].failed_attempts = 2;
  scheduler.emplace(sample_options(), sweep);
  static_cast<void>(scheduler->worker_joined(1));
  static_cast<void>(scheduler->message(1, sample_hello()));
  const auto ended = recorded<results::AttemptEnded>(fail(1, 1, EndReason::kDiverged));
  ASSERT_THAT(ended, SizeIs(1));
  EXPECT_EQ(ended[0].trial_state, results::TrialState::kFailed);
}

TEST_F(SchedulerFaultsTest, InterruptionsDoNotCount) {
  SchedulerOptions options = sample_options();
  options.retries = 0;
  start(1, 1, options);
  for (protocol::AttemptId attempt = 1; attempt <= 10; ++attempt) {
    const Actions interrupted = fail(1, attempt, EndReason::kStopped);
    EXPECT_THAT(assigned(interrupted, 1), ElementsAre(Bundle{1}));
  }
}

TEST_F(SchedulerFaultsTest, DrainsAWorkerThatFailsDifferentTrialsWhileAnotherFinishes) {
  start(100, 2);  // worker 1: attempts 1, 2; worker 2: attempts 3, 4
  fail(1, 1, EndReason::kError);
  fail(1, 2, EndReason::kError);
  fail(1, 5, EndReason::kError);
  done(2, 3);
  fail(1, 6, EndReason::kError);
  const Actions fifth = fail(1, 7, EndReason::kError);
  EXPECT_THAT(sent<protocol::Drain>(fifth, 1), SizeIs(1));
  EXPECT_THAT(assigned(fifth, 1), IsEmpty());
  EXPECT_EQ(scheduler->progress().workers, 1);
}

TEST_F(SchedulerFaultsTest, DrainsNobodyWhereEverybodyFails) {
  start(100, 2);
  std::vector<protocol::AttemptId> held = {1, 2};
  for (int i = 0; i < 10; ++i) {
    const Actions failed = fail(1, held[static_cast<std::size_t>(i)], EndReason::kError);
    EXPECT_THAT(sent<protocol::Drain>(failed, 1), IsEmpty());
    for (const protocol::Assign& assign : sent<protocol::Assign>(failed, 1)) {
      held.push_back(assign.bundle[0].attempt);
    }
  }
}

TEST_F(SchedulerFaultsTest, OneDeadTrainerIsOneFailureOfTheWorker) {
  SchedulerOptions options = sample_options();
  options.stack = 6;
  start(100, 2, options);  // worker 1: attempts 1-12; worker 2: 13-24
  fail(1, 1, EndReason::kTrainerKilled);
  done(2, 13);
  for (protocol::AttemptId attempt = 2; attempt <= 6; ++attempt) {
    EXPECT_THAT(sent<protocol::Drain>(fail(1, attempt, EndReason::kTrainerKilled), 1), IsEmpty());
  }
}

TEST_F(SchedulerFaultsTest, AnErrorInCompanyIsNobodysUntilEachIsTrainedAlone) {
  SchedulerOptions options = sample_options();
  options.stack = 4;
  options.retries = 0;
  start(4, 1, options);
  for (protocol::AttemptId attempt = 1; attempt <= 4; ++attempt) {
    const auto ended = recorded<results::AttemptEnded>(fail(1, attempt, EndReason::kError));
    ASSERT_THAT(ended, SizeIs(1));
    EXPECT_EQ(ended[0].trial_state, results::TrialState::kPlanned);
    EXPECT_TRUE(ended[0].in_company);
  }
  const auto alone = recorded<results::AttemptEnded>(fail(1, 5, EndReason::kError));
  ASSERT_THAT(alone, SizeIs(1));
  EXPECT_EQ(alone[0].trial_state, results::TrialState::kFailed);
  EXPECT_FALSE(alone[0].in_company);
  EXPECT_THAT(recorded<results::AttemptSucceeded>(done(1, 6)), SizeIs(1));
}

TEST_F(SchedulerFaultsTest, ATrialThatFailedInCompanyInAnEarlierRunIsTrainedAlone) {
  SchedulerOptions options = sample_options();
  options.stack = 4;
  results::FrozenSweep sweep = sample_sweep(4);
  sweep.open[0].alone = true;
  scheduler.emplace(options, sweep);
  static_cast<void>(scheduler->worker_joined(1));
  const auto bundles = assigned(scheduler->message(1, sample_hello()), 1);
  ASSERT_FALSE(bundles.empty());
  EXPECT_EQ(bundles[0], Bundle{1});
}

TEST_F(SchedulerFaultsTest, ADivergenceInCompanyIsThatTrialsOwn) {
  SchedulerOptions options = sample_options();
  options.stack = 4;
  options.retries = 0;
  start(4, 1, options);
  const auto ended = recorded<results::AttemptEnded>(fail(1, 2, EndReason::kDiverged));
  ASSERT_THAT(ended, SizeIs(1));
  EXPECT_EQ(ended[0].trial_state, results::TrialState::kFailed);
}

TEST_F(SchedulerFaultsTest, AWorkerThatCannotWriteGetsNoMoreAndItsTrialIsNotBlamed) {
  SchedulerOptions options = sample_options();
  options.retries = 0;
  start(9, 2, options);
  const Actions first = fail(1, 1, EndReason::kCannotWrite);
  EXPECT_EQ(recorded<results::AttemptEnded>(first).at(0).trial_state, results::TrialState::kPlanned);
  EXPECT_THAT(sent<protocol::Drain>(first, 1), SizeIs(1));
  EXPECT_THAT(sent<protocol::Drain>(first, 2), IsEmpty());
  EXPECT_EQ(scheduler->progress().failed, 0);
}

TEST_F(SchedulerFaultsTest, WhereNobodyCanWriteTheRunEndsWithAnError) {
  start(9, 1);
  EXPECT_THAT(sent<protocol::Drain>(fail(1, 1, EndReason::kCannotWrite), 1), SizeIs(1));
  const Actions left = scheduler->message(1, protocol::WorkerGoodbye{});
  ASSERT_TRUE(std::holds_alternative<Finish>(left.back()));
  const Ending& ending = std::get<Finish>(left.back()).ending;
  EXPECT_EQ(ending.end, RunEnd::kStopped);
  EXPECT_THAT(ending.error.value_or(""), ::testing::EndsWith(" reason"));
}

TEST_F(SchedulerFaultsTest, AFinishedTrialEndsTheRowOfFailures) {
  start(100, 2);  // worker 1: attempts 1, 2; worker 2: attempts 3, 4
  for (const protocol::AttemptId attempt : {1, 2, 5, 6}) fail(1, attempt, EndReason::kError);
  done(1, 7);
  done(2, 3);
  for (const protocol::AttemptId attempt : {8, 9, 11, 12}) {
    EXPECT_THAT(sent<protocol::Drain>(fail(1, attempt, EndReason::kError), 1), IsEmpty());
  }
}

TEST_F(SchedulerFaultsTest, AFinishedTrialForgivesATrainerThatDidNotStart) {
  start(100, 2);
  fail(1, 1, EndReason::kCannotStart);
  done(1, 2);
  const Actions again = fail(1, 5, EndReason::kCannotStart);
  EXPECT_THAT(sent<protocol::Drain>(again, 1), IsEmpty());
  EXPECT_THAT(sent<protocol::Drain>(fail(1, 6, EndReason::kCannotStart), 1), SizeIs(1));
}

TEST_F(SchedulerFaultsTest, FailuresOfADrainedWorkerDoNotEndTheRun) {
  start(100, 2);  // worker 1: attempts 1, 2
  fail(1, 1, EndReason::kCannotStart);
  EXPECT_THAT(sent<protocol::Drain>(fail(1, 2, EndReason::kCannotStart), 1), SizeIs(1));
  // Was assigned after the first failure; worker 2 is the last one now.
  EXPECT_THAT(sent<protocol::Drain>(fail(1, 5, EndReason::kCannotStart), 2), IsEmpty());
  EXPECT_THAT(assigned(done(2, 3), 2), SizeIs(1));
}

TEST_F(SchedulerFaultsTest, NeverDrainsTheLastWorker) {
  start(100, 2);  // worker 1: attempts 1, 2; worker 2: attempts 3, 4
  fail(1, 1, EndReason::kError);
  done(2, 3);
  static_cast<void>(scheduler->message(2, protocol::WorkerGoodbye{}));
  std::vector<protocol::AttemptId> held = {2, 5};
  for (std::size_t i = 0; i < 10; ++i) {
    const Actions failed = fail(1, held[i], EndReason::kError);
    EXPECT_THAT(sent<protocol::Drain>(failed, 1), IsEmpty());
    for (const protocol::Assign& assign : sent<protocol::Assign>(failed, 1)) {
      held.push_back(assign.bundle[0].attempt);
    }
  }
}

TEST_F(SchedulerFaultsTest, TreatsNonsenseLikeSilence) {
  start(3, 1);
  const Actions lost = scheduler->message(1, protocol::Shutdown{});
  EXPECT_THAT(given_up(lost), ElementsAre(1));
  ASSERT_TRUE(std::holds_alternative<Finish>(lost.back()));
  EXPECT_EQ(std::get<Finish>(lost.back()).ending.end, RunEnd::kStopped);
  EXPECT_FALSE(std::get<Finish>(lost.back()).ending.every_worker_left);
}

TEST_F(SchedulerFaultsTest, GivesUpWhoSaysNoGoodbyeInTime) {
  start(9, 2);
  static_cast<void>(scheduler->stop("enough"));
  static_cast<void>(scheduler->message(2, protocol::WorkerGoodbye{}));
  Actions waiting;
  for (int second = 0; second < 19; ++second) {
    static_cast<void>(scheduler->message(1, protocol::WorkerHeartbeat{}));  // alive, but it does not obey
    EXPECT_THAT(given_up(be_silent(1)), IsEmpty());
  }
  const Actions over = be_silent(1);
  EXPECT_THAT(given_up(over), ElementsAre(1));
  ASSERT_TRUE(std::holds_alternative<Finish>(over.back()));
}

TEST_F(SchedulerFaultsTest, AbortShutsDownWithoutWaitingForCommits) {
  start(9, 1);
  done(1, 1);
  EXPECT_THAT(sent<protocol::Shutdown>(scheduler->abort("disk full"), 1), SizeIs(1));
  const Actions left = scheduler->message(1, protocol::WorkerGoodbye{});
  ASSERT_TRUE(std::holds_alternative<Finish>(left.back()));
  EXPECT_EQ(std::get<Finish>(left.back()).ending.error, "disk full");
}

TEST_F(SchedulerFaultsTest, HeartbeatsReachThoseThatLeftButNotTheLost) {
  start(9, 2);
  static_cast<void>(scheduler->message(1, protocol::WorkerGoodbye{}));
  static_cast<void>(scheduler->worker_broken(2, "sent nonsense"));
  const Actions tick = scheduler->tick(5, true);
  EXPECT_THAT(sent<protocol::CoordinatorHeartbeat>(tick, 1), SizeIs(1));
  EXPECT_THAT(sent<protocol::CoordinatorHeartbeat>(tick, 2), IsEmpty());
}

}  // namespace
}  // namespace headsweep::orchestrator::testing
