#include "worker/trainer/serve_agent.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
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

// Trials that were answered: their checkpoints go once their results are committed, so that an answer that is lost with this
// process, its agent or the coordinator can still be had from them.
class AnsweredTrials {
 public:
  void add(const protocol::TrainBundle& work, const NotingAnswers& answers) {
    for (const protocol::Assignment& assignment : work.bundle) {
      if (answers.is_finished(assignment.attempt))
        trials_[assignment.attempt] = {work.store_folder, assignment.key};
    }
  }
  void committed(const protocol::Committed& committed) {
    for (const protocol::AttemptId attempt : committed.attempts) {
      if (const auto trial = trials_.extract(attempt))
        remove_checkpoints(trial.mapped().store_folder, trial.mapped().key);
    }
  }

 private:
  struct Trial {
    std::filesystem::path store_folder;
    std::string key;
  };
  std::map<protocol::AttemptId, Trial> trials_;
};

void serve(AgentLink& agent, const TrainerContext& context) {
  agent.send(protocol::TrainerHello{getpid(), device_text(context.device), libtorch_version()});
  AnsweredTrials answered;
  CheckpointCost cost;
  while (const std::optional<Work> work = agent.next_work()) {
    if (const auto* const bundle = std::get_if<protocol::TrainBundle>(&*work)) {
      NotingAnswers answers(agent);
      bundle->gang ? train_gang(*bundle, context, answers, cost)
                   : train_bundle(*bundle, context, answers, cost);
      answered.add(*bundle, answers);
    } else if (const auto* const question = std::get_if<protocol::ChooseStack>(&*work)) {
      agent.send(protocol::StackChosen{best_stack(question->settings, context)});
    } else {
      answered.committed(std::get<protocol::Committed>(*work));
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
