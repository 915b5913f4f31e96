#include "worker/trainer/agent_link.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <poll.h>

namespace headsweep::trainer {

void AgentLink::wait_for(short events) {
  pollfd waited{pipe_.descriptor(), events, 0};
  while (poll(&waited, 1, -1) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waiting for the agent");
  }
}

void AgentLink::receive_all() {
  while (auto message = pipe_.receive()) {
    if (auto* const bundle = std::get_if<protocol::TrainBundle>(&*message)) {
      work_.emplace_back(std::move(*bundle));
    } else if (auto* const question = std::get_if<protocol::ChooseStack>(&*message)) {
      work_.emplace_back(std::move(*question));
    } else if (const auto* const committed = std::get_if<protocol::Committed>(&*message)) {
      committed_.attempts.insert(committed_.attempts.end(), committed->attempts.begin(),
                                 committed->attempts.end());
    } else if (std::holds_alternative<protocol::StopTraining>(*message)) {
      stop_ = is_working_ || !work_.empty();
    } else if (auto* const address = std::get_if<protocol::GangAddress>(&*message)) {
      address_ = std::move(*address);
    } else if (auto* const abandoned = std::get_if<protocol::AbandonAttempt>(&*message)) {
      abandoned_ = std::move(*abandoned);
    } else {
      throw protocol::DecodeError("a message that no agent sends to a trainer");
    }
  }
}

void AgentLink::send(const protocol::Message& message) {
  pipe_.send(message);
  while (pipe_.has_unsent()) {
    wait_for(POLLOUT);
    pipe_.flush();
  }
  if (pipe_.at_end()) throw AgentGone{};
}

bool AgentLink::stop_requested() {
  receive_all();
  if (pipe_.at_end()) throw AgentGone{};
  if (!stop_) return false;
  stop_ = false;
  // What has come before the stop is stopped too, before it began. A question needs no answer any more.
  for (const Work& work : std::exchange(work_, {})) {
    const auto* const bundle = std::get_if<protocol::TrainBundle>(&work);
    if (bundle == nullptr) continue;
    for (const protocol::Assignment& assignment : bundle->bundle) {
      send(protocol::TrialStopped{assignment.attempt, 0});
    }
  }
  return true;
}

std::optional<protocol::GangAddress> AgentLink::gang_address(protocol::AttemptId attempt) {
  receive_all();
  if (pipe_.at_end()) throw AgentGone{};
  return address_ && address_->attempt == attempt ? address_ : std::nullopt;
}

std::optional<std::string> AgentLink::abandoned(protocol::AttemptId attempt) {
  receive_all();
  if (pipe_.at_end()) throw AgentGone{};
  if (!abandoned_ || abandoned_->attempt != attempt) return std::nullopt;
  return abandoned_->why;
}

std::optional<Work> AgentLink::next_work() {
  if (is_working_) stop_ = false;  // it was for what has ended; one for what waits stays until that is begun
  is_working_ = false;
  receive_all();
  while (work_.empty() && committed_.attempts.empty() && !pipe_.at_end()) {
    wait_for(POLLIN);
    receive_all();
  }
  if (!committed_.attempts.empty()) return std::exchange(committed_, {});
  if (work_.empty()) return std::nullopt;
  is_working_ = true;
  Work work = std::move(work_.front());
  work_.pop_front();
  return work;
}

}  // namespace headsweep::trainer
