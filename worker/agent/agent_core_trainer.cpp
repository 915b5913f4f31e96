// What the trainer says, passed on to the coordinator.
#include <utility>

#include "worker/agent/agent_core.h"

namespace headsweep::agent {

using protocol::EndReason;

void AgentCore::on_trainer(Time now, protocol::Message message) {
  if (ended_) return;
  if (auto* hello = std::get_if<protocol::TrainerHello>(&message)) return take(now, *hello);
  if (auto* progress = std::get_if<protocol::TrialProgress>(&message)) return take(now, *progress);
  if (auto* done = std::get_if<protocol::TrialDone>(&message)) return take(now, std::move(*done));
  if (auto* error = std::get_if<protocol::TrialError>(&message)) return take(now, *error);
  if (auto* stopped = std::get_if<protocol::TrialStopped>(&message)) return take(now, *stopped);
  if (auto* chosen = std::get_if<protocol::StackChosen>(&message)) return take(now, *chosen);
  if (auto* member_done = std::get_if<protocol::MemberDone>(&message)) return take(now, *member_done);
  if (auto* address = std::get_if<protocol::GangAddress>(&message)) return relay(now, *address);
  kill_trainer(now, EndReason::kBadFrames, "the trainer sent a message that is not for agents");
}

void AgentCore::on_bad_frames(Time now, const std::string& what) {
  if (ended_) return;
  kill_trainer(now, EndReason::kBadFrames, "the trainer wrote what is no message: " + what);
}

void AgentCore::take(Time now, const protocol::TrainerHello& hello) {
  if (trainer_ == Trainer::kEnding) return;
  if (said_hello_) return kill_trainer(now, EndReason::kBadFrames, "the trainer said hello twice");
  said_hello_ = true;
  on_gpu_ = hello.device.starts_with("cuda");
  failed_starts_ = killed_starts_ = 0;
  trainer_ = Trainer::kReady;
  trainer_since_ = now;
  advance(now);
}

void AgentCore::take(Time now, const protocol::TrialProgress& progress) {
  if (trainer_ == Trainer::kEnding) return;
  OpenAttempt* const open = running_ ? running_->find(progress.attempt) : nullptr;
  if (open == nullptr) {
    return kill_trainer(
        now, EndReason::kBadFrames,
        "the trainer speaks of attempt " + std::to_string(progress.attempt) + ", which it does not have");
  }
  running_->progress().on_progress(now, progress.steps_per_second, progress.writes);
  if (open->relayed && Seconds(now - *open->relayed).count() < limits_.relayed_progress) return;
  open->relayed = now;
  to_coordinator(protocol::AttemptProgress{progress.attempt, progress.step, progress.steps_per_second});
}

// The attempt that was answered, no longer open; nothing if the trainer did not have it, and is killed for that.
std::optional<OpenAttempt> AgentCore::close_attempt(Time now, protocol::AttemptId attempt) {
  const OpenAttempt* const open = running_ ? running_->find(attempt) : nullptr;
  if (open == nullptr) {
    kill_trainer(now, EndReason::kBadFrames,
                 "the trainer answered attempt " + std::to_string(attempt) + ", which it does not have");
    return std::nullopt;
  }
  const OpenAttempt closed = running_->take(open, now);
  if (running_->open().empty()) running_.reset();
  return closed;
}

void AgentCore::take(Time now, protocol::TrialDone&& done) {
  if (!close_attempt(now, done.attempt)) return;
  to_coordinator(protocol::AttemptDone{done.attempt, std::move(done.result)});
  advance(now);
}

void AgentCore::take(Time now, const protocol::TrialError& error) {
  const std::optional<OpenAttempt> closed = close_attempt(now, error.attempt);
  if (!closed) return;
  actions_.push_back(ReportFailure{protocol::AttemptFailed{error.attempt, error.reason, error.message},
                                   closed->trial, closed->logged_with});
  if (on_gpu_ && error.reason == EndReason::kError) suspect_ = true;
  // Its process group may still wait for those who are gone.
  if (error.reason == EndReason::kGangLost) kill_trainer(now, EndReason::kGangLost, error.message);
  advance(now);
}

void AgentCore::take(Time now, const protocol::StackChosen& chosen) {
  if (!asked_since_ || chosen.trials < 1) {
    return kill_trainer(now, EndReason::kBadFrames, "the trainer chose a stack without being asked to");
  }
  answer_stack(chosen.trials);
  advance(now);
}

void AgentCore::answer_stack(std::int64_t trials) {
  to_coordinator(protocol::StackChosen{trials});
  question_.reset();
  asked_since_.reset();
}

void AgentCore::take(Time now, const protocol::TrialStopped& stopped) {
  // All members of a gang stop once one of them is asked to.
  const bool may_stop = stopping_since_ || (running_ && running_->gang());
  if (!may_stop) {
    return kill_trainer(now, EndReason::kBadFrames, "the trainer stopped a trial without being asked to");
  }
  if (!close_attempt(now, stopped.attempt)) return;
  to_coordinator(protocol::AttemptFailed{stopped.attempt, EndReason::kStopped,
                                         stopped.step > 0
                                             ? "stopped; checkpoint of step " + std::to_string(stopped.step)
                                             : "stopped without a checkpoint"});
  advance(now);
}

}  // namespace headsweep::agent
