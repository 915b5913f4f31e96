#include "worker/trainer/bundle_training.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>

#include "errors/user_error.h"
#include "protocol/log_files.h"
#include "trial/parameters.h"
#include "trial/stacking.h"
#include "worker/trainer/bundle_buffers.h"
#include "worker/trainer/current_error.h"
#include "worker/trainer/redirected_output.h"
#include "worker/trainer/step_choice.h"
#include "worker/trainer/training_step.h"
#include "worker/trainer/trial_run.h"

namespace headsweep::trainer {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Throws UserError where the trials cannot share one set of buffers, or one is not what its key says.
void check_bundle(const std::vector<protocol::Assignment>& bundle) {
  for (const protocol::Assignment& assignment : bundle) {
    check_key(assignment);
    if (!trial::may_stack(assignment.settings, bundle.front().settings)) {
      throw UserError("the trials of a bundle must have equal shapes, batches and steps");
    }
  }
}

// By the agent; what is being measured is given up.
struct StopAsked {};

class BundleTraining {
 public:
  BundleTraining(const protocol::TrainBundle& bundle, const TrainerContext& context, AgentSide& agent,
                 CheckpointCost& cost)
      : bundle_(bundle),
        agent_(agent),
        cost_(cost),
        buffers_(static_cast<std::int64_t>(bundle.bundle.size()),
                 trial::count_parameters(bundle.bundle.front().settings.model).total(), context.dtype,
                 context.device) {
    std::vector<trial::Settings> settings;
    for (const protocol::Assignment& assignment : bundle.bundle) {
      const auto row = static_cast<std::int64_t>(trials_.size());
      const TrialState state{buffers_.parameters[row], buffers_.first_moments[row],
                             buffers_.second_moments[row]};
      trials_.push_back(std::make_unique<TrialRun>(assignment, bundle.store_folder, context, state, agent));
      settings.push_back(assignment.settings);
    }
    step_ = make_chosen_step(settings, buffers_, context);
  }

  void run() {
    try {
      train_all();
      measure_all();
    } catch (const StopAsked&) {
      stop_all();
    }
  }

  // Answers all that are still open.
  void fail_all(const TrainingError& error) {
    for (std::size_t number = 0; number < trials_.size(); ++number) {
      if (trials_[number]) fail(number, error);
    }
  }

 private:
  // Also once more where what was measured ended with an error at the same time.
  void stop_if_asked() {
    is_stopping_ = is_stopping_ || agent_.stop_requested();
    if (is_stopping_) throw StopAsked{};
  }

  void train_all() {
    while (true) {
      stop_if_asked();
      measure_due();
      const std::vector<std::size_t> group = furthest_behind();
      if (group.empty()) return;
      advance(group);
      if (is_checkpoint_due()) save_checkpoints();
    }
  }

  // What the last update of each trial asks for, or the one that it was resumed after.
  void measure_due() {
    for (std::size_t number = 0; number < trials_.size(); ++number) {
      if (!trials_[number]) continue;
      guarded(number, [&](TrialRun& trial) { trial.measure_if_due([this] { stop_if_asked(); }); });
    }
  }

  // The open trials with the fewest updates, of those with updates left to do: trials resumed from different
  // steps come together again. Empty: all are trained.
  std::vector<std::size_t> furthest_behind() const {
    std::vector<std::size_t> group;
    std::int64_t fewest = 0;
    for (std::size_t number = 0; number < trials_.size(); ++number) {
      const auto& trial = trials_[number];
      if (!trial || trial->is_trained()) continue;
      if (group.empty() || trial->step() < fewest) {
        group = {number};
        fewest = trial->step();
      } else if (trial->step() == fewest) {
        group.push_back(number);
      }
    }
    return group;
  }

  void advance(const std::vector<std::size_t>& group) {
    const Clock::time_point begin = Clock::now();
    const std::vector<BatchOutcome> outcomes =
        step_->advance_several(trials_[group.front()]->step(), updates_of(group), group);
    const double seconds_each =
        (seconds_since(begin) + std::exchange(checkpoint_seconds_, 0)) / static_cast<double>(outcomes.size());
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const std::size_t number = group[i % group.size()];
      if (!trials_[number]) continue;  // diverged at an earlier one of these updates
      guarded(number, [&](TrialRun& trial) { trial.record(outcomes[i], seconds_each); });
    }
  }

  // How many updates the group makes before one of its weights are looked at or others have caught up with it.
  std::int64_t updates_of(const std::vector<std::size_t>& group) const {
    std::int64_t updates = step_->updates_at_once();
    for (const std::size_t number : group)
      updates = std::min(updates, trials_[number]->updates_to_next_look());
    const std::int64_t step = trials_[group.front()]->step();
    for (const auto& trial : trials_) {
      if (trial && trial->step() > step) updates = std::min(updates, trial->step() - step);
    }
    return updates;
  }

  [[nodiscard]] std::size_t open_trials() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(trials_, [](const auto& trial) { return trial != nullptr; }));
  }

  [[nodiscard]] bool is_checkpoint_due() const {
    return seconds_since(last_checkpoint_) >= cost_.interval(bundle_.checkpoint_every_seconds, open_trials());
  }

  void save_checkpoints() {
    if (open_trials() == 0) return;  // all diverged at the last update
    const Clock::time_point begin = Clock::now();
    for (const auto& trial : trials_) {
      if (trial) trial->save_checkpoint();
    }
    last_checkpoint_ = Clock::now();
    const double seconds = seconds_since(begin);
    cost_.wrote(seconds, open_trials());
    checkpoint_seconds_ += seconds;
  }

  void measure_all() {
    for (std::size_t number = 0; number < trials_.size(); ++number) {
      if (!trials_[number]) continue;
      stop_if_asked();
      guarded(number, [&](TrialRun& trial) {
        const RedirectedOutput log(log_of(trial.assignment()));
        const protocol::TrialResult result = trial.finish([this] { stop_if_asked(); });
        answer(number, protocol::TrialDone{trial.assignment().attempt, result});
      });
    }
  }

  void stop_all() {
    for (std::size_t number = 0; number < trials_.size(); ++number) {
      const auto& trial = trials_[number];
      if (!trial) continue;
      const bool saved = trial->step() > 0 && trial->save_checkpoint();
      answer(number, protocol::TrialStopped{trial->assignment().attempt, saved ? trial->step() : 0});
    }
  }

  // Runs `action` on an open trial; what it throws ends that trial alone.
  template <class Action>
  void guarded(std::size_t number, Action action) {
    try {
      action(*trials_[number]);
    } catch (const std::exception&) {
      fail(number, current_error());
    }
  }

  void fail(std::size_t number, const TrainingError& error) {
    send_error(trials_[number]->assignment(), error, agent_);
    trials_[number].reset();
  }

  void answer(std::size_t number, const protocol::Message& message) {
    agent_.send(message);
    trials_[number].reset();
  }

  std::filesystem::path log_of(const protocol::Assignment& assignment) const {
    return protocol::trial_log(bundle_.store_folder, assignment.trial);
  }

  const protocol::TrainBundle& bundle_;
  AgentSide& agent_;
  CheckpointCost& cost_;
  BundleBuffers buffers_;
  std::vector<std::unique_ptr<TrialRun>> trials_;  // null: answered
  std::unique_ptr<TrainingStep> step_;
  Clock::time_point last_checkpoint_ = Clock::now();
  double checkpoint_seconds_ = 0;  // not yet counted as training time
  bool is_stopping_ = false;
};

// Training together prints to one log; the others say which.
void refer_to(const protocol::TrainBundle& bundle, const protocol::Assignment& first) {
  for (const protocol::Assignment& assignment : bundle.bundle) {
    if (assignment.trial == first.trial) continue;
    const RedirectedOutput log(protocol::trial_log(bundle.store_folder, assignment.trial));
    std::cerr << "trial " << assignment.trial << " attempt " << assignment.attempt
              << ": trains together with trial " << first.trial << ", whose log has the rest" << std::endl;
  }
}

void fail_unstarted(const protocol::TrainBundle& bundle, const TrainingError& error, AgentSide& agent) {
  std::cerr << error.message << std::endl;
  for (const protocol::Assignment& assignment : bundle.bundle) {
    agent.send(protocol::TrialError{assignment.attempt, error.reason, error.message});
  }
}

void train_logged(const protocol::TrainBundle& bundle, const TrainerContext& context, AgentSide& agent,
                  CheckpointCost& cost) {
  std::unique_ptr<BundleTraining> training;
  try {
    check_bundle(bundle.bundle);
    training = std::make_unique<BundleTraining>(bundle, context, agent, cost);
    training->run();
  } catch (const std::exception&) {
    const TrainingError error = current_error();
    training ? training->fail_all(error) : fail_unstarted(bundle, error, agent);
  }
}

}  // namespace

void train_bundle(const protocol::TrainBundle& bundle, const TrainerContext& context, AgentSide& agent,
                  CheckpointCost& cost) {
  if (bundle.bundle.empty()) return;
  const protocol::Assignment& first = bundle.bundle.front();
  try {
    refer_to(bundle, first);
    const RedirectedOutput log(protocol::trial_log(bundle.store_folder, first.trial));
    train_logged(bundle, context, agent, cost);
  } catch (const UserError&) {  // no log
    fail_unstarted(bundle, current_error(), agent);
  }
}

}  // namespace headsweep::trainer
