// The trainer's life: started when work comes, killed when it misbehaves, and what its end means for the attempts.
#include <algorithm>
#include <sstream>
#include <utility>

#include "worker/agent/agent_core.h"

namespace headsweep::agent {
namespace {

using protocol::EndReason;

std::string in_seconds(double seconds) {
  std::ostringstream text;
  text << seconds << " s";
  return text.str();
}

ReportFailure report(const FailureCause& cause, const OpenAttempt& open) {
  return {protocol::AttemptFailed{open.attempt, cause.reason, cause.message, cause.exit.signal,
                                  cause.exit.exit_code, ""},
          open.trial, open.logged_with};
}

}  // namespace

void AgentCore::start_trainer(Time now) {
  trainer_ = Trainer::kStarting;
  trainer_since_ = now;
  said_hello_ = suspect_ = false;
  actions_.push_back(StartTrainer{welcome_->store_folder, welcome_->device, welcome_->threads, welcome_->step,
                                  welcome_->tf32});
}

void AgentCore::kill_trainer(Time now, EndReason reason, std::string message) {
  if (trainer_ == Trainer::kEnding) return;  // the first cause counts
  killed_for_ = FailureCause{reason, std::move(message), {}};
  trainer_ = Trainer::kEnding;
  trainer_since_ = now;
  actions_.push_back(KillTrainer{});
}

// What went wrong on a GPU may stay with the process that uses it: after an illegal access every later call fails too. Nothing is
// at it, so the next bundle gets a new one.
void AgentCore::replace_suspect(Time now) {
  kill_trainer(now, EndReason::kError, "replaced after an error on its GPU");
}

void AgentCore::on_trainer_closed(Time now) {
  if (!closed_since_) closed_since_ = now;
}

void AgentCore::on_trainer_exit(Time now, const TrainerExit& exit) {
  if (ended_) return;
  const std::optional<FailureCause> killed_for = std::exchange(killed_for_, std::nullopt);
  trainer_ = Trainer::kNone;
  closed_since_.reset();
  if (!said_hello_) return start_again(now, killed_for, exit);
  const bool is_replaced = killed_for && (killed_for->reason == EndReason::kGangLost || suspect_);
  const bool was_running = running_.has_value() || is_replaced;
  fail_running(killed_for.value_or(unexpected_end(exit)));
  // What the trials themselves do is judged where one of them is trained.
  if (asked_since_) answer_stack(1);
  // At once, not with the next bundle: that probably comes soon, and starting takes seconds.
  if (was_running && !leaving_) start_trainer(now);
  advance(now);
}

// It ended before its hello. Whoever sends signals to trainers says nothing of whether they can start.
void AgentCore::start_again(Time now, const std::optional<FailureCause>& killed_for,
                            const TrainerExit& exit) {
  ++(exit.signal && !killed_for ? killed_starts_ : failed_starts_);
  if (failed_starts_ < limits_.failed_starts && killed_starts_ < limits_.killed_starts)
    return start_trainer(now);
  const std::int64_t tries = failed_starts_ + killed_starts_;
  const std::string why = killed_for ? killed_for->message : "it " + to_text(exit) + " before its hello";
  give_up_start(now, {EndReason::kCannotStart,
                      "the trainer cannot be started (tried " + std::to_string(tries) + " times): " + why,
                      killed_for ? TrainerExit{} : exit});
}

void AgentCore::on_start_failed(Time now, const std::string& why) {
  if (ended_) return;
  trainer_ = Trainer::kNone;
  give_up_start(now, {EndReason::kCannotStart, why, {}});
}

// Fails the bundle that the trainer was started for; the next one tries again.
void AgentCore::give_up_start(Time now, const FailureCause& cause) {
  failed_starts_ = killed_starts_ = 0;
  // The bundle that follows tells of it.
  if (question_) answer_stack(1);
  if (queue_.empty()) return;
  for (const protocol::Assignment& one : queue_.front().bundle)
    actions_.push_back(report(cause, {one.attempt, one.trial, one.trial, std::nullopt}));
  queue_.pop_front();
  advance(now);
}

void AgentCore::fail_running(const FailureCause& cause) {
  if (!running_) return;
  for (const OpenAttempt& open : running_->open()) actions_.push_back(report(cause, open));
  running_.reset();
}

void AgentCore::check_trainer(Time now) {
  if (trainer_ == Trainer::kEnding) {
    if (seconds_in_state(now) <= limits_.trainer_kill) return;
    fail_running({killed_for_->reason, killed_for_->message + "; its process does not end", {}});
    return_queued();
    return end(AgentEnd::kTrainerStuck);
  }
  if (closed_since_ && Seconds(now - *closed_since_).count() > limits_.trainer_close) {
    return kill_trainer(now, EndReason::kTrainerExited,
                        "the trainer closed its pipe before the trial was done");
  }
  if (trainer_ == Trainer::kStarting && seconds_in_state(now) > limits_.trainer_start) {
    return kill_trainer(now, EndReason::kCannotStart, "no hello within " + in_seconds(limits_.trainer_start));
  }
  if (asked_since_ && Seconds(now - *asked_since_).count() > limits_.stack_choice) {
    return kill_trainer(now, EndReason::kTrainerHung,
                        "no stack chosen within " + in_seconds(limits_.stack_choice));
  }
  if (running_) check_running(now);
}

void AgentCore::check_stopping(Time now) {
  const double waited = Seconds(now - *stopping_since_).count();
  const double silence = std::min(running_->progress().silence(now), waited);
  if (waited <= limits_.trainer_stop_in_all &&
      (silence <= limits_.trainer_stop || running_->progress().writes()))
    return;
  kill_trainer(
      now, EndReason::kStopped,
      "killed, since it did not stop within " + std::to_string(static_cast<std::int64_t>(waited)) + " s");
}

void AgentCore::check_running(Time now) {
  if (stopping_since_) return check_stopping(now);
  if (running_->abandoned && !running_->progress().writes() &&
      Seconds(now - running_->abandoned->since).count() > limits_.gang_abandon) {
    return kill_abandoned(now);
  }
  if (running_->seconds_in_trial(now) > welcome_->trial_timeout_seconds) {
    return kill_trainer(now, EndReason::kTimeout,
                        "longer than trial_timeout = " + in_seconds(welcome_->trial_timeout_seconds));
  }
  const ProgressDeadline& progress = running_->progress();
  if (progress.silence(now) > progress.allowed()) {
    kill_trainer(now, EndReason::kTrainerHung, "no progress within " + in_seconds(progress.allowed()));
  }
}

}  // namespace headsweep::agent
