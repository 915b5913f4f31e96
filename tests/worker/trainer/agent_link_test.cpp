#include "worker/trainer/agent_link.h"

#include <gtest/gtest.h>

#include "small_trial.h"

namespace headsweep::trainer {
namespace {

// A link and the agent's end of its pipe.
struct Line {
  Line() {
    auto [ours, theirs] = pipe::socket_pair();
    agent.emplace(std::move(ours));
    trainer.emplace(std::move(theirs));
  }

  std::optional<pipe::FramePipe> agent;
  std::optional<AgentLink> trainer;
};

protocol::TrainBundle bundle(protocol::AttemptId attempt) {
  return {{assignment(attempt, small_settings())}, "/nowhere", 1};
}

TEST(AgentLinkTest, HandsOnWhatWasCommittedBeforeOtherWork) {
  Line line;
  line.agent->send(bundle(3));
  line.agent->send(protocol::Committed{{1}});
  line.agent->send(protocol::Committed{{2}});
  const auto committed = line.trainer->next_work();
  ASSERT_TRUE(committed && std::holds_alternative<protocol::Committed>(*committed));
  EXPECT_EQ(std::get<protocol::Committed>(*committed).attempts, (std::vector<protocol::AttemptId>{1, 2}));
  const auto work = line.trainer->next_work();
  EXPECT_TRUE(work && std::holds_alternative<protocol::TrainBundle>(*work));
}

TEST(AgentLinkTest, AStopOfABundleThatWaitsIsNotLostToWhatWasCommitted) {
  Line line;
  line.agent->send(protocol::Committed{{1}});
  line.agent->send(bundle(2));
  line.agent->send(protocol::StopTraining{});
  ASSERT_TRUE(std::holds_alternative<protocol::Committed>(*line.trainer->next_work()));
  ASSERT_TRUE(std::holds_alternative<protocol::TrainBundle>(*line.trainer->next_work()));
  EXPECT_TRUE(line.trainer->stop_requested());
}

TEST(AgentLinkTest, AStopWithoutWorkAsksForNothing) {
  Line line;
  line.agent->send(protocol::StopTraining{});
  line.agent->send(bundle(1));
  ASSERT_TRUE(std::holds_alternative<protocol::TrainBundle>(*line.trainer->next_work()));
  EXPECT_FALSE(line.trainer->stop_requested());
}

TEST(AgentLinkTest, AStopEndsWithTheBundleItWasFor) {
  Line line;
  line.agent->send(bundle(1));
  ASSERT_TRUE(line.trainer->next_work());
  line.agent->send(protocol::StopTraining{});
  line.agent->send(bundle(2));
  ASSERT_TRUE(line.trainer->next_work());
  EXPECT_FALSE(line.trainer->stop_requested()) << "the first one had ended when it came";
}

}  // namespace
}  // namespace headsweep::trainer
