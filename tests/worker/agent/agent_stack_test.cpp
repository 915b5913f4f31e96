// How many trials are trained at once is asked for, and whatever becomes of the trainer there is one answer.
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core_driver.h"

namespace headsweep::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace protocol;

// The question is at the trainer.
void ask(CoreDriver& driver) {
  driver.coordinator(welcome());
  driver.coordinator(ChooseStack{});
  driver.trainer_says_hello();
  EXPECT_THAT(driver.wanted(), ElementsAre("-> hello", "start", "choose stack"));
}

TEST(AgentStack, TheTrainerIsAskedAndItsAnswerPassedOn) {
  CoreDriver driver;
  ask(driver);
  driver.coordinator(assign({1}));
  EXPECT_THAT(driver.wanted(), IsEmpty());
  driver.trainer(StackChosen{32});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> stack 32", "train 1"));
}

TEST(AgentStack, TheQuestionWaitsForTheRunningBundle) {
  CoreDriver driver;
  driver.begin({1});
  driver.coordinator(assign({2}));
  driver.coordinator(ChooseStack{});
  EXPECT_THAT(driver.wanted(), IsEmpty());
  driver.trainer(TrialDone{1, {}});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> done 1", "choose stack"));
  driver.trainer(StackChosen{4});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> stack 4", "train 2"));
}

TEST(AgentStack, ATrainerThatDiesOfItMeansOne) {
  CoreDriver driver;
  ask(driver);
  driver.trainer_dies_of(SIGKILL);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> stack 1"));
  driver.coordinator(assign({1}));
  EXPECT_THAT(driver.wanted(), ElementsAre("start"));
}

TEST(AgentStack, ATrainerThatDoesNotAnswerIsKilled) {
  CoreDriver driver;
  ask(driver);
  driver.pass(299);
  EXPECT_THAT(driver.wanted(), IsEmpty());
  driver.pass(2);
  EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
  driver.trainer_dies_of(SIGKILL);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> stack 1"));
}

TEST(AgentStack, ATrainerThatCannotStartMeansOneAndTheBundleTellsOfIt) {
  CoreDriver driver;
  driver.coordinator(welcome());
  driver.coordinator(ChooseStack{});
  driver.core.on_start_failed(driver.now, "no such file");
  EXPECT_THAT(driver.wanted(), ElementsAre("-> hello", "start", "-> stack 1"));
  driver.coordinator(assign({1}));
  driver.core.on_start_failed(driver.now, "no such file");
  EXPECT_THAT(driver.wanted(), ElementsAre("start", "-> failed 1 cannot_start"));
}

TEST(AgentStack, AnAnswerNobodyAskedForEndsTheTrainer) {
  CoreDriver driver;
  driver.begin({1});
  driver.trainer(StackChosen{2});
  EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
}

TEST(AgentStack, GivenUpItForgetsTheQuestion) {
  CoreDriver driver;
  ask(driver);
  driver.coordinator(GivenUp{});
  EXPECT_THAT(driver.wanted(), ElementsAre("kill", "-> hello"));
  driver.trainer_dies_of(SIGKILL);
  EXPECT_THAT(driver.wanted(), IsEmpty());
  driver.coordinator(ChooseStack{});
  driver.trainer_says_hello();
  EXPECT_THAT(driver.wanted(), ElementsAre("start", "choose stack"));
}

TEST(AgentStack, LeavingDoesNotWaitForTheAnswer) {
  CoreDriver driver;
  ask(driver);
  driver.coordinator(Drain{"enough"});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> goodbye", "end dismissed"));
}

}  // namespace
}  // namespace headsweep::agent
