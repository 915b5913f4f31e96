// Workers that were silent for longer than their lease and are heard again.
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

using Bundle = std::vector<protocol::TrialId>;

std::vector<protocol::WorkerId> readmitted(const Actions& actions) {
  std::vector<protocol::WorkerId> found;
  for (const Action& action : actions) {
    if (const auto* readmit = std::get_if<ReadmitWorker>(&action)) found.push_back(readmit->worker);
  }
  return found;
}

class SchedulerReturnTest : public ::testing::Test {
 protected:
  // Two workers with two trials each; the first is silent until it is given up, the second is heard.
  void SetUp() override {
    for (const protocol::WorkerId worker : {1, 2}) {
      static_cast<void>(scheduler.worker_joined(worker));
      static_cast<void>(scheduler.message(worker, sample_hello()));
    }
    pass_without_first(16);
  }

  Actions pass_without_first(double seconds) {
    Actions all;
    for (const double until = now + seconds; now < until;) {
      now += 0.5;
      append(all, beat(2));
      append(all, scheduler.tick(now, true));
    }
    return all;
  }
  static void append(Actions& all, Actions more) {
    for (Action& action : more) all.push_back(std::move(action));
  }
  Actions beat(protocol::WorkerId worker) { return scheduler.message(worker, protocol::WorkerHeartbeat{}); }
  Actions hello(protocol::WorkerId worker) { return scheduler.message(worker, sample_hello()); }
  Actions done(protocol::WorkerId worker, protocol::AttemptId attempt) {
    return scheduler.message(worker, protocol::AttemptDone{.attempt = attempt, .result = sample_result()});
  }

  double now = 0;
  Scheduler scheduler{sample_options(), sample_sweep(100)};
};

TEST_F(SchedulerReturnTest, IsToldOnceThatItWasGivenUp) {
  EXPECT_EQ(scheduler.progress().workers, 1);
  const Actions heard = beat(1);
  EXPECT_THAT(readmitted(heard), ElementsAre(1));
  EXPECT_THAT(sent<protocol::GivenUp>(heard, 1), SizeIs(1));
  EXPECT_THAT(assigned(heard, 1), IsEmpty());
  EXPECT_THAT(beat(1), IsEmpty());
}

TEST_F(SchedulerReturnTest, JoinsAnewWithItsHello) {
  beat(1);
  const Actions joined = hello(1);
  EXPECT_THAT(recorded<results::WorkerSeen>(joined), SizeIs(1));
  ASSERT_THAT(recorded<results::Event>(joined), SizeIs(1));
  EXPECT_EQ(recorded<results::Event>(joined)[0].kind, "worker_returned");
  EXPECT_EQ(scheduler.progress().workers, 2);
  EXPECT_THAT(assigned(joined, 1), ElementsAre(Bundle{1}, Bundle{2})) << "what it lost waits for anybody";
}

TEST_F(SchedulerReturnTest, DropsWhatItSaysOfAttemptsItLost) {
  const Actions late = done(1, 1);
  EXPECT_THAT(recorded<results::AttemptSucceeded>(late), IsEmpty());
  EXPECT_THAT(sent<protocol::GivenUp>(late, 1), SizeIs(1));
  EXPECT_THAT(recorded<results::AttemptSucceeded>(done(1, 2)), IsEmpty());
  hello(1);
  EXPECT_THAT(recorded<results::AttemptSucceeded>(done(1, 1)), IsEmpty());
}

TEST_F(SchedulerReturnTest, HasALeaseAgain) {
  beat(1);
  hello(1);
  EXPECT_THAT(given_up(pass_without_first(14)), IsEmpty());
  EXPECT_THAT(given_up(pass_without_first(2)), ElementsAre(1));
  EXPECT_THAT(sent<protocol::GivenUp>(beat(1), 1), SizeIs(1));
}

TEST_F(SchedulerReturnTest, IsGivenUpAgainWhereNoHelloComes) {
  beat(1);
  EXPECT_THAT(given_up(pass_without_first(14)), IsEmpty());
  EXPECT_THAT(given_up(pass_without_first(2)), ElementsAre(1));
  EXPECT_THAT(sent<protocol::GivenUp>(beat(1), 1), SizeIs(1));
}

TEST_F(SchedulerReturnTest, HearsHeartbeatsFromTheMomentItIsReadmitted) {
  EXPECT_THAT(sent<protocol::CoordinatorHeartbeat>(pass_without_first(5), 1), IsEmpty());
  beat(1);
  EXPECT_THAT(sent<protocol::CoordinatorHeartbeat>(pass_without_first(5), 1), SizeIs(5));
  hello(1);
  EXPECT_THAT(sent<protocol::CoordinatorHeartbeat>(pass_without_first(5), 1), SizeIs(5));
}

TEST_F(SchedulerReturnTest, OneThatSaidNonsenseIsNotAskedBack) {
  static_cast<void>(scheduler.worker_broken(1, "sent 7 bytes that are no message"));
  EXPECT_THAT(readmitted(beat(1)), IsEmpty());
}

TEST_F(SchedulerReturnTest, OneThatLeavesByItselfIsNotAskedBack) {
  EXPECT_THAT(readmitted(scheduler.message(1, protocol::WorkerGoodbye{})), IsEmpty());
  EXPECT_THAT(readmitted(beat(1)), IsEmpty());
}

TEST_F(SchedulerReturnTest, NobodyIsAskedBackWhileTheRunEnds) {
  static_cast<void>(scheduler.stop("SIGTERM"));
  EXPECT_THAT(readmitted(beat(1)), IsEmpty());
}

TEST_F(SchedulerReturnTest, IsDrainedAtItsHelloWhereTheRunEndsMeanwhile) {
  beat(1);
  static_cast<void>(scheduler.stop("SIGTERM"));
  const Actions joined = hello(1);
  EXPECT_THAT(sent<protocol::Drain>(joined, 1), SizeIs(1));
  EXPECT_THAT(assigned(joined, 1), IsEmpty());
  static_cast<void>(scheduler.message(1, protocol::WorkerGoodbye{}));
  const Actions last = scheduler.message(2, protocol::WorkerGoodbye{});
  EXPECT_TRUE(std::get<Finish>(last.back()).ending.every_worker_left);
}

TEST(SchedulerLateHelloTest, AHelloAfterTheJoiningLeaseIsEnough) {
  Scheduler scheduler(sample_options(), sample_sweep(10));
  static_cast<void>(scheduler.worker_joined(1));
  static_cast<void>(scheduler.worker_joined(2));
  static_cast<void>(scheduler.message(2, sample_hello()));
  for (double now = 0.5; now < 130; now += 0.5) {
    static_cast<void>(scheduler.message(2, protocol::WorkerHeartbeat{}));
    static_cast<void>(scheduler.tick(now, true));
  }
  const Actions joined = scheduler.message(1, sample_hello());
  EXPECT_THAT(readmitted(joined), ElementsAre(1));
  EXPECT_THAT(sent<protocol::GivenUp>(joined, 1), IsEmpty());
  EXPECT_THAT(assigned(joined, 1), SizeIs(2));
}

}  // namespace
}  // namespace headsweep::orchestrator::testing
