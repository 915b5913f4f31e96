// The core of an agent whose process was stopped for longer than its lease: it learns that its attempts are lost.
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core_driver.h"

namespace headsweep::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace protocol;

TEST(AgentGivenUp, DropsAllThatItHasKillsItsTrainerAndSaysHello) {
  CoreDriver driver;
  driver.begin({1, 2});
  driver.coordinator(assign({3}));
  driver.trainer(TrialDone{1, {}});
  driver.wanted();
  driver.coordinator(GivenUp{});
  EXPECT_THAT(driver.wanted(), ElementsAre("kill", "-> hello"));
  driver.trainer(TrialProgress{2, 50, 10});
  driver.trainer(TrialDone{2, {}});
  driver.trainer_dies_of(SIGKILL);
  EXPECT_THAT(driver.wanted(), IsEmpty())
      << "lost attempts are not answered for, no trainer starts without work";
}

TEST(AgentGivenUp, TrainsWhatItGetsAfterwardsInANewTrainer) {
  CoreDriver driver;
  driver.begin({1});
  driver.coordinator(GivenUp{});
  driver.coordinator(assign({4}));
  EXPECT_THAT(driver.wanted(), ElementsAre("kill", "-> hello"));
  driver.trainer_dies_of(SIGKILL);
  EXPECT_THAT(driver.wanted(), ElementsAre("start"));
  driver.trainer_says_hello();
  EXPECT_THAT(driver.wanted(), ElementsAre("train 4"));
  driver.trainer(TrialDone{4, {}});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> done 4"));
}

TEST(AgentGivenUp, KeepsATrainerThatHasNoWork) {
  CoreDriver driver;
  driver.begin({1});
  driver.trainer(TrialDone{1, {}});
  driver.wanted();
  driver.coordinator(GivenUp{});
  driver.coordinator(assign({2}));
  EXPECT_THAT(driver.wanted(), ElementsAre("-> hello", "train 2"));
}

TEST(AgentGivenUp, ATrainerThatIsStartingServesTheNextBundle) {
  CoreDriver driver;
  driver.coordinator(welcome());
  driver.coordinator(assign({1}));
  driver.wanted();
  driver.coordinator(GivenUp{});
  driver.trainer_says_hello();
  EXPECT_THAT(driver.wanted(), ElementsAre("-> hello"));
  driver.coordinator(assign({2}));
  EXPECT_THAT(driver.wanted(), ElementsAre("train 2"));
}

TEST(AgentGivenUp, LeavesAtOnceWhenDismissedAfterwards) {
  CoreDriver driver;
  driver.begin({1});
  driver.coordinator(GivenUp{});
  driver.wanted();
  driver.coordinator(Shutdown{});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> goodbye", "end dismissed"));
}

}  // namespace
}  // namespace headsweep::agent
