#include "worker/trainer/agent_link.h"

#include <cerrno>
#include <system_error>

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
    if (auto* const work = std::get_if<protocol::TrainBundle>(&*message)) {
      bundles_.push_back(std::move(*work));
    } else if (std::holds_alternative<protocol::StopTraining>(*message)) {
      stop_ = true;
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
  // What has come before the stop is stopped too, before it began.
  for (const protocol::TrainBundle& work : std::exchange(bundles_, {})) {
    for (const protocol::Assignment& assignment : work.bundle) {
      send(protocol::TrialStopped{assignment.attempt, 0});
    }
  }
  return true;
}

std::optional<protocol::TrainBundle> AgentLink::next_bundle() {
  receive_all();
  while (bundles_.empty() && !pipe_.at_end()) {
    wait_for(POLLIN);
    receive_all();
  }
  if (bundles_.empty()) return std::nullopt;
  stop_ = false;
  protocol::TrainBundle work = std::move(bundles_.front());
  bundles_.pop_front();
  return work;
}

}  // namespace headsweep::trainer
