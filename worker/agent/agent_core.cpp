#include "worker/agent/agent_core.h"

#include <utility>

#include "errors/check.h"

namespace headsweep::agent {

AgentCore::AgentCore(const protocol::WorkerHello& hello, const AgentLimits& limits, Time now)
    : hello_(hello),
      limits_(limits),
      coordinator_(limits, now),
      start_from_(now + std::chrono::duration_cast<Time::duration>(Seconds(limits.first_start))),
      trainer_since_(now) {
  to_coordinator(hello_);
}

std::vector<Action> AgentCore::take_actions() {
  return std::exchange(actions_, {});
}

void AgentCore::on_coordinator(Time now, protocol::Message message) {
  if (ended_) return;
  coordinator_.on_message(now);
  if (auto* welcome = std::get_if<protocol::Welcome>(&message)) return take(now, *welcome);
  if (auto* assign = std::get_if<protocol::Assign>(&message)) return take(now, std::move(*assign));
  if (auto* question = std::get_if<protocol::ChooseStack>(&message)) return take(now, std::move(*question));
  if (auto* committed = std::get_if<protocol::Committed>(&message)) return take(now, *committed);
  if (std::holds_alternative<protocol::CoordinatorHeartbeat>(message)) return;
  if (std::holds_alternative<protocol::GivenUp>(message)) return start_afresh(now);
  if (auto* address = std::get_if<protocol::GangAddress>(&message)) return take(*address);
  if (auto* abandon = std::get_if<protocol::AbandonAttempt>(&message)) return take(now, *abandon);
  if (std::holds_alternative<protocol::Drain>(message) ||
      std::holds_alternative<protocol::Shutdown>(message)) {
    return leave(now);
  }
  throw protocol::DecodeError("the coordinator sent a message that is not for agents");
}

void AgentCore::take(Time, const protocol::Welcome& welcome) {
  check(welcome.heartbeat_seconds > 0, "the heartbeat has a positive interval");
  coordinator_.on_welcome(welcome.heartbeat_seconds);
  welcome_ = welcome;
}

void AgentCore::take(Time now, protocol::Assign&& assign) {
  check(welcome_.has_value(), "Welcome comes before the first Assign");
  if (assign.bundle.empty()) return;
  queue_.push_back({std::move(assign.bundle), assign.gang});
  if (leaving_) {
    return_queued();
  } else {
    advance(now);
  }
}

void AgentCore::take(Time now, protocol::ChooseStack&& question) {
  check(welcome_.has_value(), "Welcome comes before the first question");
  check(!question_, "one question is open at a time");
  if (leaving_) return;
  question_ = std::move(question);
  advance(now);
}

// For the trainer: checkpoints of these trials may go. One that has been replaced since does not know them.
void AgentCore::take(Time, const protocol::Committed& committed) {
  if (trainer_ == Trainer::kReady) actions_.push_back(ToTrainer{committed});
}

// Others train what it had: nothing of it is answered for any more.
void AgentCore::start_afresh(Time now) {
  queue_.clear();
  if ((running_ || asked_since_) && trainer_ == Trainer::kReady) {
    kill_trainer(now, protocol::EndReason::kWorkerLost, "killed, since its attempts were given up");
  }
  running_.reset();
  question_.reset();
  asked_since_.reset();
  to_coordinator(hello_);
  advance(now);
}

void AgentCore::leave(Time now) {
  leaving_ = true;
  return_queued();
  if (running_ && trainer_ == Trainer::kReady && !stopping_since_) {
    actions_.push_back(ToTrainer{protocol::StopTraining{}});
    stopping_since_ = now;
  }
  advance(now);
}

void AgentCore::return_queued() {
  protocol::AttemptsReturned returned;
  for (const Waiting& waiting : queue_) {
    for (const protocol::Assignment& one : waiting.bundle) returned.attempts.push_back(one.attempt);
  }
  queue_.clear();
  if (!returned.attempts.empty()) to_coordinator(std::move(returned));
}

// Does what can be done next, once nothing is at the trainer.
void AgentCore::advance(Time now) {
  if (running_) return;
  if (leaving_) return end(AgentEnd::kDismissed);
  if (asked_since_ || (queue_.empty() && !question_)) return;
  if (trainer_ == Trainer::kNone) {
    if (now >= start_from_) start_trainer(now);  // else on_time() looks again
    return;
  }
  if (trainer_ != Trainer::kReady) return;
  if (suspect_) return replace_suspect(now);
  if (question_) {
    asked_since_ = now;
    actions_.push_back(ToTrainer{*question_});
    return;
  }
  const Waiting next = std::move(queue_.front());
  queue_.pop_front();
  running_.emplace(next.bundle, next.gang, limits_, now);
  actions_.push_back(ToTrainer{protocol::TrainBundle{next.bundle, welcome_->store_folder,
                                                     welcome_->checkpoint_every_seconds, next.gang}});
  if (next.gang) begin_gang(next.bundle);
}

void AgentCore::end(AgentEnd how) {
  if (how != AgentEnd::kCoordinatorLost) to_coordinator(protocol::WorkerGoodbye{});
  actions_.push_back(EndAgent{how});
  ended_ = true;
}

void AgentCore::on_coordinator_ended() {
  if (!ended_) end(AgentEnd::kCoordinatorLost);
}

void AgentCore::on_time(Time now) {
  if (ended_) return;
  if (coordinator_.lost(now)) return end(AgentEnd::kCoordinatorLost);
  if (coordinator_.beat(now)) to_coordinator(protocol::WorkerHeartbeat{});
  check_trainer(now);
  if (!ended_ && trainer_ == Trainer::kNone) advance(now);
}

}  // namespace headsweep::agent
