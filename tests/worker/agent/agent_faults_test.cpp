// The core and a trainer that dies, hangs, lies or does not start.
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core_driver.h"

namespace headsweep::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace protocol;

TEST(TrainerDeath, BySignalFailsWhatIsUnansweredAndRestartsAtOnce) {
  CoreDriver driver;
  driver.begin({1, 2, 3});
  driver.coordinator(assign({4}));
  driver.trainer(TrialDone{2, {}});
  driver.wanted();
  driver.trainer_dies_of(SIGSEGV);
  EXPECT_THAT(driver.wanted(),
              ElementsAre("-> failed 1 trainer_killed", "-> failed 3 trainer_killed", "start"));
  EXPECT_EQ(driver.failures[1].message, "the trainer was killed by signal 11 (SIGSEGV)");
  EXPECT_EQ(driver.failures[1].signal, SIGSEGV);
  EXPECT_EQ(driver.failures[1].exit_code, std::nullopt);
  driver.trainer_says_hello();
  EXPECT_THAT(driver.wanted(), ElementsAre("train 4"));
}

TEST(TrainerDeath, ByExitBeforeTheTrialsAreDone) {
  CoreDriver driver;
  driver.begin({1});
  driver.trainer_exits(3);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 1 trainer_exited", "start"));
  EXPECT_EQ(driver.failures[1].message, "the trainer exited with code 3 before the trial was done");
  EXPECT_EQ(driver.failures[1].exit_code, 3);
}

TEST(TrainerDeath, WhileIdleHarmsNothing) {
  CoreDriver driver;
  driver.begin({1});
  driver.trainer(TrialDone{1, {}});
  driver.wanted();
  driver.trainer_dies_of(SIGKILL);
  EXPECT_THAT(driver.wanted(), IsEmpty());
  driver.coordinator(assign({2}));
  EXPECT_THAT(driver.wanted(), ElementsAre("start"));
}

TEST(TrainerDeath, WhileDrainingEndsTheAgent) {
  CoreDriver driver;
  driver.begin({1});
  driver.coordinator(Drain{"walltime"});
  driver.trainer_dies_of(SIGBUS);
  EXPECT_THAT(driver.wanted(),
              ElementsAre("stop", "-> failed 1 trainer_killed", "-> goodbye", "end dismissed"));
}

TEST(TrainerStart, ThreeExitsBeforeHelloFailTheBundle) {
  CoreDriver driver;
  driver.coordinator(welcome());
  driver.coordinator(assign({1, 2}));
  driver.coordinator(assign({3}));
  driver.wanted();
  driver.trainer_exits(127);
  EXPECT_THAT(driver.wanted(), ElementsAre("start"));
  driver.trainer_exits(127);
  EXPECT_THAT(driver.wanted(), ElementsAre("start"));
  driver.trainer_exits(127);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 1 cannot_start", "-> failed 2 cannot_start", "start"));
  EXPECT_EQ(driver.failures[1].message,
            "the trainer cannot be started (tried 3 times): it exited with code 127 before its hello");
  EXPECT_EQ(driver.failures[1].exit_code, 127);
  driver.trainer_says_hello();
  EXPECT_THAT(driver.wanted(), ElementsAre("train 3"));
}

TEST(TrainerStart, OneKilledByASignalIsStartedAtOnceAndNoTrialBlamed) {
  CoreDriver driver;
  driver.coordinator(welcome());
  driver.coordinator(assign({1}));
  driver.wanted();
  for (int start = 0; start < 5; ++start) {
    driver.trainer_dies_of(SIGKILL);
    EXPECT_THAT(driver.wanted(), ElementsAre("start"));
  }
  driver.trainer_says_hello();
  EXPECT_THAT(driver.wanted(), ElementsAre("train 1"));
}

TEST(TrainerStart, OneThatSignalsAlwaysKillIsGivenUpInTheEnd) {
  CoreDriver driver;
  driver.coordinator(welcome());
  driver.coordinator(assign({1}));
  driver.wanted();
  int deaths = 0;
  while (driver.failures.empty() && deaths < 100) {
    driver.trainer_dies_of(SIGILL);
    ++deaths;
    driver.wanted();
  }
  EXPECT_EQ(deaths, 20);
  EXPECT_EQ(
      driver.failures[1].message,
      "the trainer cannot be started (tried 20 times): it was killed by signal 4 (SIGILL) before its hello");
}

TEST(TrainerStart, AHelloForgetsEarlierFailures) {
  CoreDriver driver;
  driver.coordinator(welcome());
  driver.coordinator(assign({1}));
  driver.trainer_exits(1);
  driver.trainer_exits(1);
  driver.trainer_says_hello();
  driver.trainer_dies_of(SIGKILL);
  driver.coordinator(assign({2}));
  driver.wanted();
  driver.trainer_exits(1);
  driver.trainer_exits(1);
  EXPECT_THAT(driver.wanted(), ElementsAre("start", "start"));
}

TEST(TrainerStart, ImpossibleFailsTheBundleAtOnce) {
  CoreDriver driver;
  driver.coordinator(welcome());
  driver.coordinator(assign({1}));
  driver.coordinator(assign({2}));
  driver.wanted();
  driver.core.on_start_failed(driver.now, "cannot start the trainer '/x': No such file or directory");
  EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 1 cannot_start", "start"));
  EXPECT_EQ(driver.failures[1].message, "cannot start the trainer '/x': No such file or directory");
  driver.core.on_start_failed(driver.now, "still");
  EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 2 cannot_start"));
}

TEST(TrainerStart, WithoutHelloItIsKilledAndTriedAgain) {
  CoreDriver driver;
  driver.coordinator(welcome());
  driver.coordinator(assign({1}));
  driver.wanted();
  for (int start = 1; start <= 3; ++start) {
    driver.pass(119.9);
    EXPECT_THAT(driver.wanted(), IsEmpty());
    driver.pass(0.3);
    EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
    driver.trainer_dies_of(SIGKILL);
    EXPECT_THAT(driver.wanted(), ElementsAre(start < 3 ? "start" : "-> failed 1 cannot_start"));
  }
  EXPECT_THAT(driver.failures[1].message, HasSubstr("no hello within 120 s"));
  EXPECT_EQ(driver.failures[1].signal, std::nullopt);
}

TEST(BadFrames, AreKilledForAndTheBundleFails) {
  CoreDriver driver;
  driver.begin({1});
  driver.core.on_bad_frames(driver.now, "a frame of 1869768026 bytes");
  EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
  driver.trainer_dies_of(SIGKILL);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 1 bad_frames", "start"));
  EXPECT_EQ(driver.failures[1].message, "the trainer wrote what is no message: a frame of 1869768026 bytes");
  EXPECT_EQ(driver.failures[1].signal, std::nullopt);
}

TEST(BadFrames, AreAlsoMessagesThatMakeNoSense) {
  const std::vector<Message> senseless = {Shutdown{},
                                          WorkerHeartbeat{},
                                          TrainerHello{43, "cpu", "2.13.0"},
                                          TrialDone{2, {}},
                                          TrialError{2, EndReason::kError, "x"},
                                          TrialProgress{2, 1, 1},
                                          TrialStopped{1, 5}};
  for (const Message& message : senseless) {
    SCOPED_TRACE(message.index());
    CoreDriver driver;
    driver.begin({1});
    driver.trainer(message);
    EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
    driver.trainer_dies_of(SIGKILL);
    EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 1 bad_frames", "start"));
  }
}

TEST(BadFrames, AnAnswerGivenTwiceIsOne) {
  CoreDriver driver;
  driver.begin({1, 2});
  driver.trainer(TrialDone{1, {}});
  driver.trainer(TrialDone{1, {}});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> done 1", "kill"));
  driver.trainer_dies_of(SIGKILL);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 2 bad_frames", "start"));
}

TEST(Deadlines, TrialTimeout) {
  CoreDriver driver;
  driver.begin({1});
  for (int second = 0; second < 1000; ++second) {
    driver.trainer(TrialProgress{1, second, 1});
    driver.pass(1);
  }
  driver.wanted();
  driver.pass(0.1);
  EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
  driver.trainer_dies_of(SIGKILL);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 1 timeout", "start"));
  EXPECT_EQ(driver.failures[1].message, "longer than trial_timeout = 1000 s");
}

TEST(Deadlines, BeforeTheFirstProgressThereIsTimeToStartUp) {
  CoreDriver driver;
  driver.begin({1});
  driver.pass(119.9);
  EXPECT_THAT(driver.wanted(), IsEmpty());
  driver.pass(0.3);
  EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
  driver.trainer_dies_of(SIGKILL);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 1 trainer_hung", "start"));
  EXPECT_EQ(driver.failures[1].message, "no progress within 120 s");
}

TEST(Deadlines, QuickTrainersAreGivenThirtySeconds) {
  CoreDriver driver;
  driver.begin({1});
  for (int step = 1; step <= 5; ++step) {
    driver.pass(1);
    driver.trainer(TrialProgress{1, step, 1});
  }
  driver.wanted();
  driver.pass(29.9);
  EXPECT_THAT(driver.wanted(), IsEmpty());
  driver.pass(0.3);
  EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
}

TEST(Deadlines, SlowOnesTenTimesTheirOwnPace) {
  for (const bool says_its_rate : {true, false}) {
    SCOPED_TRACE(says_its_rate);
    CoreDriver driver;
    driver.begin({1});
    driver.pass(20);
    driver.trainer(TrialProgress{1, 1, says_its_rate ? 0.05 : 0});
    if (!says_its_rate) {
      driver.pass(20);
      driver.trainer(TrialProgress{1, 2, 0});
    }
    driver.wanted();
    driver.pass(199.8);
    EXPECT_THAT(driver.wanted(), IsEmpty());
    driver.pass(0.5);
    EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
  }
}

TEST(TrainerOnAGpu, IsReplacedAfterAnErrorOnceItsBundleIsAnswered) {
  CoreDriver driver;
  driver.begin({1, 2}, "cuda:0");
  driver.coordinator(assign({3}));
  driver.wanted();
  driver.trainer(TrialError{1, EndReason::kError, "an illegal memory access was encountered"});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 1 error")) << "the other one goes on";
  driver.trainer(TrialDone{2, {}});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> done 2", "kill"));
  driver.trainer_dies_of(SIGKILL);
  EXPECT_THAT(driver.wanted(), ElementsAre("start"));
  driver.trainer_says_hello("cuda:0");
  EXPECT_THAT(driver.wanted(), ElementsAre("train 3"));
}

TEST(TrainerOnAGpu, GoesOnAfterADivergence) {
  CoreDriver driver;
  driver.begin({1}, "cuda:0");
  driver.coordinator(assign({2}));
  driver.wanted();
  driver.trainer(TrialError{1, EndReason::kDiverged, "NaN"});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 1 diverged", "train 2"));
}

TEST(Deadlines, TheNextTrialOfABundleMayStartUpToo) {
  CoreDriver driver;
  driver.begin({1, 2});
  driver.trainer(TrialProgress{1, 1, 100});
  driver.trainer(TrialDone{1, {}});
  driver.wanted();
  driver.pass(119.9);
  EXPECT_THAT(driver.wanted(), IsEmpty());
  driver.pass(0.3);
  EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
}

TEST(Deadlines, ATrainerThatWritesIsWaitedFor) {
  CoreDriver driver;
  driver.begin({1});
  driver.trainer(TrialProgress{1, 1, 100});
  driver.trainer(TrialProgress{1, 2, 100, /*writes=*/true});
  driver.pass(500);
  driver.trainer(TrialProgress{1, 2, 100});
  driver.wanted();
  driver.pass(29.9);
  EXPECT_THAT(driver.wanted(), IsEmpty());
  driver.pass(0.3);
  EXPECT_THAT(driver.wanted(), ElementsAre("kill")) << "the pause is no pace";
}

TEST(Deadlines, ATrainerThatWritesForEverIsKilled) {
  CoreDriver driver;
  driver.begin({1});
  driver.trainer(TrialProgress{1, 2, 100, /*writes=*/true});
  driver.wanted();
  driver.pass(600.1);
  EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
}

TEST(Deadlines, SignsOfLifeDelayTheEndOfAStop) {
  CoreDriver driver;
  driver.begin({1});
  driver.coordinator(Drain{"walltime"});
  driver.pass(5);
  driver.trainer(TrialProgress{1, 2, 100});
  driver.wanted();
  driver.pass(9.9);
  EXPECT_THAT(driver.wanted(), IsEmpty());
  driver.pass(0.3);
  EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
}

TEST(Deadlines, ATrainerThatWritesHasMoreTimeToStopButLessThanTheCoordinatorWaits) {
  CoreDriver driver;
  driver.begin({1});
  driver.coordinator(Drain{"walltime"});
  driver.trainer(TrialProgress{1, 2, 100, /*writes=*/true});
  driver.wanted();
  driver.pass(16.9);
  EXPECT_THAT(driver.wanted(), IsEmpty());
  driver.pass(0.3);
  EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
}

TEST(Deadlines, ATrainerThatDoesNotStopIsKilled) {
  CoreDriver driver;
  driver.begin({1, 2});
  driver.coordinator(Drain{"walltime"});
  driver.trainer(TrialStopped{1, 9});
  EXPECT_THAT(driver.wanted(), ElementsAre("stop", "-> failed 1 stopped"));
  driver.pass(9.9);
  EXPECT_THAT(driver.wanted(), IsEmpty());
  driver.pass(0.3);
  EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
  driver.trainer_dies_of(SIGKILL);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 2 stopped", "-> goodbye", "end dismissed"));
  EXPECT_EQ(driver.failures[2].message, "killed, since it did not stop within 10 s");
}

TEST(Deadlines, AnAnswerThatCrossesTheKillStillCounts) {
  CoreDriver driver;
  driver.begin({1, 2});
  driver.pass(120.1);
  EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
  driver.trainer(TrialDone{1, {}});
  driver.trainer_dies_of(SIGKILL);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> done 1", "-> failed 2 trainer_hung", "start"));
}

TEST(Deadlines, AKilledTrainerThatStaysEndsTheAgent) {
  CoreDriver driver;
  driver.begin({1});
  driver.coordinator(assign({2}));
  driver.pass(120.1);
  EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
  driver.pass(10.2);
  EXPECT_THAT(driver.wanted(),
              ElementsAre("-> failed 1 trainer_hung", "-> returned 2", "-> goodbye", "end trainer stuck"));
  EXPECT_EQ(driver.failures[1].message, "no progress within 120 s; its process does not end");
}

TEST(Deadlines, ATrainerThatClosesItsPipeMustEnd) {
  CoreDriver driver;
  driver.begin({1});
  driver.core.on_trainer_closed(driver.now);
  driver.pass(0.9);
  EXPECT_THAT(driver.wanted(), IsEmpty());
  driver.pass(0.2);
  EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
  driver.trainer_dies_of(SIGKILL);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 1 trainer_exited", "start"));
}

}  // namespace
}  // namespace headsweep::agent
