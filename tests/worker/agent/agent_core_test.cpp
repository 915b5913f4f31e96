// The core's dealings with the coordinator and a trainer that behaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core_driver.h"

namespace headsweep::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace protocol;

TEST(AgentCore, SaysHelloFirst) {
  CoreDriver driver;
  const std::vector<Action> actions = driver.core.take_actions();
  ASSERT_THAT(actions, SizeIs(1));
  const auto& hello = std::get<WorkerHello>(std::get<ToCoordinator>(actions[0]).message);
  EXPECT_EQ(hello.host, "node7");
  EXPECT_EQ(hello.pid, 1);
  EXPECT_EQ(hello.device, "cpu");
  EXPECT_EQ(hello.threads, 1);
}

TEST(AgentCore, StartsTheTrainerWithTheFirstAssignment) {
  CoreDriver driver;
  driver.coordinator(welcome());
  driver.pass(30);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> hello"));
  driver.coordinator(assign({7, 8}));
  EXPECT_THAT(driver.wanted(), ElementsAre("start"));
  driver.trainer_says_hello();
  EXPECT_THAT(driver.wanted(), ElementsAre("train 7 8"));
}

TEST(AgentCore, StartsItsFirstTrainerNotBeforeItsTurn) {
  CoreDriver driver({.first_start = 3});
  driver.coordinator(welcome());
  driver.coordinator(assign({7}));
  driver.pass(2.9);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> hello"));
  driver.pass(0.2);
  EXPECT_THAT(driver.wanted(), ElementsAre("start"));
  driver.pass(1);
  EXPECT_THAT(driver.wanted(), IsEmpty());
}

TEST(AgentCore, PassesOnWhatWelcomeSays) {
  CoreDriver driver;
  driver.coordinator(Welcome{"/data/s.d", "cuda", 3, "fused", true, 11, 1000, 1});
  driver.core.take_actions();
  driver.coordinator(assign({7}));
  const auto start = std::get<StartTrainer>(driver.core.take_actions().at(0));
  EXPECT_EQ(start.store_folder, "/data/s.d");
  EXPECT_EQ(start.device, "cuda");
  EXPECT_EQ(start.threads, 3);
  EXPECT_EQ(start.step, "fused");
  EXPECT_TRUE(start.tf32);
  driver.trainer_says_hello();
  const auto train = std::get<TrainBundle>(std::get<ToTrainer>(driver.core.take_actions().at(0)).message);
  EXPECT_EQ(train.store_folder, "/data/s.d");
  EXPECT_EQ(train.checkpoint_every_seconds, 11);
}

TEST(AgentCore, KeepsPrefetchedBundlesUntilTheRunningOneIsAnswered) {
  CoreDriver driver;
  driver.begin({1, 2});
  driver.coordinator(assign({3}));
  driver.coordinator(assign({4}));
  driver.trainer(TrialDone{2, {}});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> done 2"));
  driver.trainer(TrialDone{1, {}});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> done 1", "train 3"));
  driver.trainer(TrialError{3, EndReason::kDiverged, "loss is NaN at step 17"});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 3 diverged", "train 4"));
  EXPECT_EQ(driver.failures[3].message, "loss is NaN at step 17");
  driver.trainer(TrialDone{4, {}});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> done 4"));
}

TEST(AgentCore, TellsTheTrainerWhatIsCommitted) {
  CoreDriver driver;
  driver.begin({1, 2});
  driver.trainer(TrialDone{1, {}});
  driver.trainer(TrialDone{2, {}});
  driver.wanted();
  driver.coordinator(Committed{{1, 2}});
  EXPECT_THAT(driver.wanted(), ElementsAre("committed 1 2"));
  driver.trainer_dies_of(SIGKILL);
  driver.wanted();
  driver.coordinator(Committed{{1}});
  EXPECT_THAT(driver.wanted(), IsEmpty()) << "there is no trainer";
}

TEST(AgentCore, RelaysProgressTwiceASecondAtMost) {
  CoreDriver driver;
  driver.begin({1, 2});
  std::vector<std::string> relayed;
  for (int step = 1; step <= 20; ++step) {
    driver.trainer(TrialProgress{1, step, 10});
    if (step == 1) driver.trainer(TrialProgress{2, step, 10});
    driver.pass(0.1);
  }
  EXPECT_THAT(driver.wanted(), ElementsAre("-> progress 1 at 1", "-> progress 2 at 1", "-> progress 1 at 6",
                                           "-> progress 1 at 11", "-> progress 1 at 16"));
}

TEST(AgentCore, BeatsAtTheIntervalOfWelcome) {
  CoreDriver driver;
  driver.pass(10);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> hello"));
  driver.coordinator(welcome());
  driver.pass(10.05);
  EXPECT_THAT(driver.core.take_actions(), SizeIs(10));
}

TEST(AgentCore, ShutdownWithoutWorkIsGoodbye) {
  CoreDriver driver;
  driver.begin({1});
  driver.trainer(TrialDone{1, {}});
  driver.wanted();
  driver.coordinator(Shutdown{});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> goodbye", "end dismissed"));
  driver.pass(100);
  driver.trainer_dies_of(9);
  EXPECT_THAT(driver.wanted(), IsEmpty());
}

TEST(AgentCore, DrainReturnsQueuedBundlesAndStopsTheRunningOne) {
  CoreDriver driver;
  driver.begin({1, 2, 3});
  driver.coordinator(assign({4, 5}));
  driver.coordinator(assign({6}));
  driver.coordinator(Drain{"walltime"});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> returned 4 5 6", "stop"));
  driver.trainer(TrialStopped{1, 90});
  driver.trainer(TrialDone{2, {}});
  driver.trainer(TrialStopped{3, 0});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 1 stopped", "-> done 2", "-> failed 3 stopped",
                                           "-> goodbye", "end dismissed"));
  EXPECT_EQ(driver.failures[1].message, "stopped; checkpoint of step 90");
  EXPECT_EQ(driver.failures[3].message, "stopped without a checkpoint");
}

TEST(AgentCore, DrainBeforeTheTrainerIsReadyReturnsEverything) {
  CoreDriver driver;
  driver.coordinator(welcome());
  driver.coordinator(assign({1}));
  driver.wanted();
  driver.coordinator(Drain{"walltime"});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> returned 1", "-> goodbye", "end dismissed"));
}

TEST(AgentCore, WhatComesWhileDrainingIsReturned) {
  CoreDriver driver;
  driver.begin({1});
  driver.coordinator(Drain{"walltime"});
  driver.coordinator(Drain{"again"});
  driver.coordinator(assign({2}));
  EXPECT_THAT(driver.wanted(), ElementsAre("stop", "-> returned 2"));
}

TEST(AgentCore, ASilentCoordinatorIsLostAfterTenHeartbeatsAndTwentySecondsAtLeast) {
  CoreDriver driver;
  driver.begin({1});
  driver.pass(19.9, false);
  driver.trainer(TrialProgress{1, 5, 1});
  driver.coordinator(CoordinatorHeartbeat{});
  driver.pass(19.9, false);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> progress 1 at 5"));
  driver.pass(0.3, false);
  EXPECT_THAT(driver.wanted(), ElementsAre("end coordinator lost"));

  CoreDriver slow;
  Welcome rare = welcome();
  rare.heartbeat_seconds = 5;
  slow.coordinator(rare);
  slow.wanted();
  slow.pass(49.9, false);
  EXPECT_THAT(slow.wanted(), IsEmpty());
  slow.pass(0.3, false);
  EXPECT_THAT(slow.wanted(), ElementsAre("end coordinator lost"));
}

TEST(AgentCore, WaitsLongForWelcomeButNotForEver) {
  CoreDriver driver;
  driver.pass(599, false);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> hello"));
  driver.pass(2, false);
  EXPECT_THAT(driver.wanted(), ElementsAre("end coordinator lost"));
}

TEST(AgentCore, RefusesMessagesThatAreNotForAgents) {
  CoreDriver driver;
  EXPECT_THROW(driver.coordinator(StopTraining{}), DecodeError);
  EXPECT_THROW(driver.coordinator(WorkerHeartbeat{}), DecodeError);
}

TEST(AgentCoreDeathTest, AssignBeforeWelcomeIsABug) {
  CoreDriver driver;
  EXPECT_DEATH(driver.coordinator(assign({1})), "Welcome comes before");
}

}  // namespace
}  // namespace headsweep::agent
