#include "worker/trainer/serve_agent.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include <unistd.h>

#include "worker/trainer/best_stack.h"
#include "worker/trainer/bundle_training.h"
#include "worker/trainer/checkpoints.h"
#include "worker/trainer/device.h"
#include "worker/trainer/gang_training.h"

namespace headsweep::trainer {
namespace {

// Hands messages on and remembers which attempts ended for good.
class NotingAnswers final : public AgentSide {
 public:
  explicit NotingAnswers(AgentSide& agent) : agent_(agent) {}

  void send(const protocol::Message& message) override {
    if (const auto* const done = std::get_if<protocol::TrialDone>(&message))
      finished_.push_back(done->attempt);
    agent_.send(message);
  }
  bool stop_requested() override { return agent_.stop_requested(); }
  std::optional<protocol::GangAddress> gang_address(protocol::AttemptId attempt) override {
    return agent_.gang_address(attempt);
  }
  std::optional<std::string> abandoned(protocol::AttemptId attempt) override {
    return agent_.abandoned(attempt);
  }

  [[nodiscard]] bool is_finished(protocol::AttemptId attempt) const {
    return std::ranges::find(finished_, attempt) != finished_.end();
  }

 private:
  AgentSide& agent_;
  std::vector<protocol::AttemptId> finished_;
};

void remove_finished_checkpoints(const protocol::TrainBundle& work, const NotingAnswers& answers) {
  for (const protocol::Assignment& assignment : work.bundle) {
    if (answers.is_finished(assignment.attempt)) remove_checkpoints(work.store_folder, assignment.key);
  }
}

// Waits for more work, which is returned.
std::optional<Work> train(const protocol::TrainBundle& bundle, AgentLink& agent,
                          const TrainerContext& context) {
  NotingAnswers answers(agent);
  bundle.gang ? train_gang(bundle, context, answers) : train_bundle(bundle, context, answers);
  std::optional<Work> next = agent.next_work();
  // Only now: an agent that sends more work has the results, so that an answer lost with this process or
  // its agent can still be had from the last checkpoint.
  if (next) remove_finished_checkpoints(bundle, answers);
  return next;
}

void serve(AgentLink& agent, const TrainerContext& context) {
  agent.send(protocol::TrainerHello{getpid(), device_text(context.device), libtorch_version()});
  std::optional<Work> work = agent.next_work();
  while (work) {
    if (const auto* const bundle = std::get_if<protocol::TrainBundle>(&*work)) {
      work = train(*bundle, agent, context);
    } else {
      agent.send(protocol::StackChosen{best_stack(std::get<protocol::ChooseStack>(*work).settings, context)});
      work = agent.next_work();
    }
  }
}

}  // namespace

void serve_agent(AgentLink& agent, const TrainerContext& context) {
  try {
    serve(agent, context);
  } catch (const AgentGone&) {
    // Its trials go on from their checkpoints under another agent.
  }
}

}  // namespace headsweep::trainer
