// A trial that several workers train: where its members meet, and its end.
#include <algorithm>
#include <utility>

#include "worker/agent/agent_core.h"

namespace headsweep::agent {

using protocol::EndReason;

// May come before its bundle is at the trainer, or after it is answered.
void AgentCore::take(const protocol::GangAddress& address) {
  address_ = address;
  if (trainer_ == Trainer::kReady && running_ && running_->find(address.attempt) != nullptr) {
    actions_.push_back(ToTrainer{address});
  }
}

void AgentCore::begin_gang(const std::vector<protocol::Assignment>& bundle) {
  if (address_ && address_->attempt == bundle.front().attempt) actions_.push_back(ToTrainer{*address_});
}

void AgentCore::take(Time now, const protocol::AbandonAttempt& abandon) {
  const auto waiting = std::ranges::find_if(
      queue_, [&](const Waiting& one) { return one.gang && one.bundle.front().attempt == abandon.attempt; });
  if (waiting != queue_.end()) {
    to_coordinator(protocol::AttemptFailed{abandon.attempt, EndReason::kGangLost, abandon.why});
    queue_.erase(waiting);
    return;
  }
  if (!running_ || running_->find(abandon.attempt) == nullptr || trainer_ != Trainer::kReady) return;
  if (running_->abandoned) return;
  running_->abandoned = Abandoned{now, abandon.why};
  actions_.push_back(ToTrainer{abandon});
}

void AgentCore::kill_abandoned(Time now) {
  const double silence = running_->progress().silence(now);
  if (silence <= limits_.gang_silence)
    return kill_trainer(now, EndReason::kGangLost, running_->abandoned->why);
  kill_trainer(now, EndReason::kTrainerHung,
               "no progress for " + std::to_string(static_cast<std::int64_t>(silence)) +
                   " s while the other members of its gang waited");
}

void AgentCore::relay(Time now, const protocol::GangAddress& address) {
  if (trainer_ == Trainer::kEnding) return;
  if (!running_ || running_->find(address.attempt) == nullptr || !running_->gang() ||
      running_->gang()->member != 0) {
    return kill_trainer(now, EndReason::kBadFrames, "the trainer invites to a gang that it does not lead");
  }
  to_coordinator(address);
}

void AgentCore::take(Time now, const protocol::MemberDone& done) {
  if (running_ && (!running_->gang() || running_->gang()->member == 0)) {
    return kill_trainer(now, EndReason::kBadFrames, "the trainer leaves its answer to another one");
  }
  if (!close_attempt(now, done.attempt)) return;
  to_coordinator(done);
  advance(now);
}

}  // namespace headsweep::agent
