// The core's part in a trial that several workers train.
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

const GangAddress kAddress{7, "node1", 40123};
const AbandonAttempt kAbandon{7, "worker 3 is lost"};

Assign gang_assign(AttemptId attempt, std::int64_t member) {
  return {{assignment(attempt)}, GangPlace{member, 3, true}};
}

// To where the trainer trains attempt 7 as that member.
void begin(CoreDriver& driver, std::int64_t member) {
  driver.coordinator(welcome());
  driver.coordinator(gang_assign(7, member));
  driver.trainer_says_hello();
  EXPECT_THAT(driver.wanted(), ElementsAre("-> hello", "start", "train 7"));
}

TEST(AgentGang, TheTrainerHearsItsPlace) {
  CoreDriver driver;
  driver.coordinator(welcome());
  driver.coordinator(gang_assign(7, 2));
  driver.core.take_actions();
  driver.trainer_says_hello();
  const auto train = std::get<TrainBundle>(std::get<ToTrainer>(driver.core.take_actions().at(0)).message);
  ASSERT_TRUE(train.gang.has_value());
  EXPECT_EQ(train.gang->member, 2);
}

TEST(AgentGang, TheAddressOfTheFirstGoesOut) {
  CoreDriver driver;
  begin(driver, 0);
  driver.trainer(kAddress);
  EXPECT_THAT(driver.wanted(), ElementsAre("address of 7"));
}

TEST(AgentGang, OnlyTheFirstInvites) {
  CoreDriver driver;
  begin(driver, 1);
  driver.trainer(kAddress);
  EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
}

TEST(AgentGang, TheAddressComesInWhenTheTrainerHasTheBundle) {
  CoreDriver early;
  early.coordinator(welcome());
  early.coordinator(gang_assign(7, 1));
  early.coordinator(kAddress);
  EXPECT_THAT(early.wanted(), ElementsAre("-> hello", "start"));
  early.trainer_says_hello();
  EXPECT_THAT(early.wanted(), ElementsAre("train 7", "address of 7"));

  CoreDriver late;
  begin(late, 1);
  late.coordinator(kAddress);
  EXPECT_THAT(late.wanted(), ElementsAre("address of 7"));
  late.coordinator(GangAddress{6, "node1", 1});
  EXPECT_THAT(late.wanted(), IsEmpty()) << "of an attempt that it does not have";
}

TEST(AgentGang, AMembersPartIsItsAnswer) {
  CoreDriver driver;
  begin(driver, 1);
  driver.coordinator(gang_assign(8, 0));
  driver.trainer(MemberDone{7});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> member done 7", "train 8"));
  driver.trainer(MemberDone{8});
  EXPECT_THAT(driver.wanted(), ElementsAre("kill")) << "the first answers for the trial";
}

TEST(AgentGang, AnAbandonedAttemptIsAnsweredByTheTrainerWhichIsThenReplaced) {
  CoreDriver driver;
  begin(driver, 1);
  driver.coordinator(kAbandon);
  EXPECT_THAT(driver.wanted(), ElementsAre("abandon 7"));
  driver.coordinator(gang_assign(9, 0));
  driver.trainer(TrialError{7, EndReason::kGangLost, "worker 3 is lost"});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 7 gang_lost", "kill"));
  driver.trainer_dies_of(SIGKILL);
  EXPECT_THAT(driver.wanted(), ElementsAre("start"));
  driver.trainer_says_hello();
  EXPECT_THAT(driver.wanted(), ElementsAre("train 9"));
}

TEST(AgentGang, ATrainerThatDoesNotAbandonInTimeIsKilled) {
  CoreDriver driver;
  begin(driver, 0);
  driver.coordinator(kAbandon);
  driver.pass(2.9);
  EXPECT_THAT(driver.wanted(), ElementsAre("abandon 7"));
  driver.coordinator(kAbandon);
  driver.pass(0.2);
  EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
  driver.trainer_dies_of(SIGKILL);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 7 gang_lost", "start"));
  EXPECT_THAT(driver.failures[7].message, HasSubstr("worker 3 is lost"));
}

TEST(AgentGang, ATrainerThatIsSilentWhileOthersWaitHangs) {
  CoreDriver driver;
  begin(driver, 1);
  driver.trainer(TrialProgress{7, 10, 5});
  driver.pass(6);
  driver.coordinator(kAbandon);
  driver.wanted();
  driver.pass(3.1);
  EXPECT_THAT(driver.wanted(), ElementsAre("kill"));
  driver.trainer_dies_of(SIGKILL);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 7 trainer_hung", "start"));
  EXPECT_THAT(driver.failures[7].message, HasSubstr("while the other members of its gang waited"));
}

TEST(AgentGang, AnAttemptIsAbandonedBeforeItBegan) {
  CoreDriver driver;
  driver.coordinator(welcome());
  driver.coordinator(gang_assign(7, 1));
  driver.coordinator(kAbandon);
  EXPECT_THAT(driver.wanted(), ElementsAre("-> hello", "start", "-> failed 7 gang_lost"));
  driver.trainer_says_hello();
  EXPECT_THAT(driver.wanted(), IsEmpty());
}

TEST(AgentGang, OfAnAnsweredAttemptNothingIsAbandoned) {
  CoreDriver driver;
  begin(driver, 1);
  driver.trainer(MemberDone{7});
  driver.wanted();
  driver.coordinator(kAbandon);
  driver.pass(10);
  EXPECT_THAT(driver.wanted(), IsEmpty());
}

TEST(AgentGang, AMemberMayStopBecauseAnotherWasAskedTo) {
  CoreDriver driver;
  begin(driver, 0);
  driver.trainer(TrialStopped{7, 40});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> failed 7 stopped"));
  EXPECT_THAT(driver.failures[7].message, HasSubstr("checkpoint of step 40"));
  driver.coordinator(Drain{"walltime"});
  EXPECT_THAT(driver.wanted(), ElementsAre("-> goodbye", "end dismissed"));
}

}  // namespace
}  // namespace headsweep::agent
