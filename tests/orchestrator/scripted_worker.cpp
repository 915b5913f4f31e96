#include "tests/orchestrator/scripted_worker.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "tests/orchestrator/sample_sweep.h"

namespace headsweep::orchestrator::testing {

using protocol::EndReason;

Deed Stage::next_deed(protocol::WorkerId worker, protocol::TrialId trial) {
  const std::scoped_lock lock(mutex_);
  return script_(worker, trial, ++tries_[trial]);
}

ScriptedWorker::ScriptedWorker(protocol::WorkerId self, Stage& stage) : self_(self), stage_(stage) {
  protocol::WorkerHello hello = sample_hello();
  if (self % 2 == 0) hello.device = "cuda:0";  // one that is asked how many trials it trains at once
  to_say_.emplace_back(hello);
}

void ScriptedWorker::take(const protocol::Message& message) {
  if (has_ended_) return;
  if (std::holds_alternative<protocol::Welcome>(message)) {
    EXPECT_FALSE(std::exchange(was_welcomed_, true)) << "welcomed twice";
  } else if (const auto* assign = std::get_if<protocol::Assign>(&message)) {
    EXPECT_TRUE(was_welcomed_) << "assigned before the welcome";
    waiting_.push_back({assign->bundle, assign->gang});
    EXPECT_TRUE(!assign->gang || (waiting_.size() == 1 && !running_))
        << "a member of a gang holds nothing else";
  } else if (const auto* committed = std::get_if<protocol::Committed>(&message)) {
    for (const protocol::AttemptId attempt : committed->attempts) {
      EXPECT_TRUE(uncommitted_.erase(attempt) == 1 || was_given_up_)
          << "attempt " << attempt << " acknowledged without a result";
    }
  } else if (std::holds_alternative<protocol::ChooseStack>(message)) {
    to_say_.emplace_back(protocol::StackChosen{.trials = self_});
  } else if (std::holds_alternative<protocol::GivenUp>(message)) {
    was_given_up_ = true;
    waiting_.clear();
    running_.reset();
    uncommitted_.clear();
    to_say_.emplace_back(sample_hello());
  } else if (std::holds_alternative<protocol::Drain>(message)) {
    drain();
  } else if (std::holds_alternative<protocol::Shutdown>(message)) {
    was_shut_down_ = true;
    to_say_.emplace_back(protocol::WorkerGoodbye{});
    has_ended_ = true;
  } else if (const auto* abandoned = std::get_if<protocol::AbandonAttempt>(&message)) {
    abandon(abandoned->attempt);
  } else if (!std::holds_alternative<protocol::GangAddress>(message)) {
    EXPECT_TRUE(std::holds_alternative<protocol::CoordinatorHeartbeat>(message)) << "no message for an agent";
  }
}

void ScriptedWorker::work() {
  if (has_ended_) return;
  if (running_) return end_bundle();
  if (waiting_.empty()) return;
  running_ = std::move(waiting_.front());
  waiting_.pop_front();
  for (const protocol::Assignment& assignment : running_->trials) {
    if (running_->gang && running_->gang->member == 0) {
      to_say_.emplace_back(protocol::GangAddress{assignment.attempt, "127.0.0.1", 40000});
    }
    to_say_.emplace_back(
        protocol::AttemptProgress{.attempt = assignment.attempt, .step = 50, .steps_per_second = 10});
  }
}

std::vector<protocol::Message> ScriptedWorker::speak() {
  return std::exchange(to_say_, {});
}

bool ScriptedWorker::has_loose_ends() const {
  if (has_vanished_) return false;
  return running_ || !waiting_.empty() || (was_shut_down_ && !uncommitted_.empty());
}

void ScriptedWorker::end_bundle() {
  const Bundle bundle = *std::exchange(running_, std::nullopt);
  std::vector<Deed> deeds;
  for (const protocol::Assignment& each : bundle.trials) deeds.push_back(stage_.next_deed(self_, each.trial));
  const auto someone = [&](Deed deed) { return std::ranges::find(deeds, deed) != deeds.end(); };
  if (someone(Deed::kVanish) || someone(Deed::kLeave)) {
    has_vanished_ = someone(Deed::kVanish);
    has_ended_ = true;
    waiting_.clear();
    if (!has_vanished_) to_say_.emplace_back(protocol::WorkerGoodbye{});
  } else if (someone(Deed::kKillTrainer)) {
    fail_bundle(bundle, EndReason::kTrainerKilled);
  } else if (someone(Deed::kCannotStart)) {
    fail_bundle(bundle, EndReason::kCannotStart);
  } else {
    for (std::size_t i = 0; i < bundle.trials.size(); ++i) {
      deeds[i] == Deed::kError ? fail(bundle.trials[i], EndReason::kError)
                               : train(bundle.trials[i], bundle.gang);
    }
  }
}

void ScriptedWorker::train(const protocol::Assignment& assignment,
                           const std::optional<protocol::GangPlace>& gang) {
  if (gang && gang->member > 0) {
    to_say_.emplace_back(protocol::MemberDone{assignment.attempt});
    return;
  }
  uncommitted_.insert(assignment.attempt);
  to_say_.emplace_back(protocol::AttemptDone{.attempt = assignment.attempt, .result = sample_result()});
}

void ScriptedWorker::abandon(protocol::AttemptId attempt) {
  const auto is_that = [&](const Bundle& bundle) { return bundle.trials.front().attempt == attempt; };
  if (running_ && is_that(*running_)) {
    fail_bundle(*std::exchange(running_, std::nullopt), EndReason::kGangLost);
  } else if (!waiting_.empty() && is_that(waiting_.front())) {
    fail_bundle(waiting_.front(), EndReason::kGangLost);
    waiting_.pop_front();
  }
}

void ScriptedWorker::fail_bundle(const Bundle& bundle, EndReason reason) {
  for (const protocol::Assignment& each : bundle.trials) fail(each, reason);
}

void ScriptedWorker::fail(const protocol::Assignment& assignment, EndReason reason) {
  to_say_.emplace_back(protocol::AttemptFailed{.attempt = assignment.attempt,
                                               .reason = reason,
                                               .message = "as the script says",
                                               .signal = std::nullopt,
                                               .exit_code = std::nullopt,
                                               .log_tail = ""});
}

void ScriptedWorker::drain() {
  if (running_) fail_bundle(*std::exchange(running_, std::nullopt), EndReason::kStopped);
  protocol::AttemptsReturned returned;
  for (const Bundle& bundle : waiting_) {
    for (const protocol::Assignment& each : bundle.trials) returned.attempts.push_back(each.attempt);
  }
  waiting_.clear();
  if (!returned.attempts.empty()) to_say_.emplace_back(std::move(returned));
  to_say_.emplace_back(protocol::WorkerGoodbye{});
  has_ended_ = true;
}

void play(ScriptedWorker& worker, protocol::CoordinatorLink& link,
          const std::function<void()>& after_each_step) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kHeartbeat{50};
  Clock::time_point next_heartbeat = Clock::now();
  while (true) {
    while (const std::optional<protocol::Message> message = link.receive()) worker.take(*message);
    worker.work();
    for (const protocol::Message& message : worker.speak()) link.send(message);
    if (worker.has_ended()) return;
    if (Clock::now() >= next_heartbeat) {
      link.send(protocol::WorkerHeartbeat{});
      next_heartbeat = Clock::now() + kHeartbeat;
    }
    if (after_each_step) after_each_step();
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

}  // namespace headsweep::orchestrator::testing
