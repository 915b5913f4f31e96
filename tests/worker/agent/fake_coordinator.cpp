#include "fake_coordinator.h"

namespace headsweep::agent {

using namespace protocol;

FakeCoordinator::FakeCoordinator(const std::filesystem::path& store_folder)
    : welcome{store_folder.string(), "cpu", 1, "eager", false, 120, 1000, 0.05} {}

void FakeCoordinator::assign(const std::vector<FakeTrial>& bundle) {
  Assign message;
  for (const FakeTrial trial : bundle) {
    message.bundle.push_back(
        {++assigned_, static_cast<TrialId>(trial), "key", trial::Settings{}, 172'800, false});
  }
  bundles_.emplace_back(std::move(message));
}

void FakeCoordinator::send(const Message& message) {
  const Message received = decode(encode(message));
  if (const auto* one = std::get_if<WorkerHello>(&received)) {
    hello = *one;
    outbox_.emplace_back(welcome);
    while (!bundles_.empty()) {
      outbox_.push_back(std::move(bundles_.front()));
      bundles_.pop_front();
    }
  } else if (const auto* done = std::get_if<AttemptDone>(&received)) {
    results.emplace(done->attempt, done->result);
    outbox_.emplace_back(Committed{{done->attempt}});
  } else if (const auto* failed = std::get_if<AttemptFailed>(&received)) {
    failures.emplace(failed->attempt, *failed);
  } else if (const auto* back = std::get_if<AttemptsReturned>(&received)) {
    returned.insert(returned.end(), back->attempts.begin(), back->attempts.end());
  } else if (std::holds_alternative<WorkerGoodbye>(received)) {
    said_goodbye = true;
  } else if (std::holds_alternative<WorkerHeartbeat>(received)) {
    if (!silent) outbox_.emplace_back(CoordinatorHeartbeat{});
  } else if (std::holds_alternative<AttemptProgress>(received) && drain_on_progress) {
    drain_on_progress = false;
    outbox_.emplace_back(Drain{"test"});
  }
  end_when_all_answered();
}

void FakeCoordinator::end_when_all_answered() {
  const std::size_t answered = results.size() + failures.size() + returned.size();
  if (assigned_ > 0 && answered == static_cast<std::size_t>(assigned_)) shut_down();
}

std::optional<Message> FakeCoordinator::receive() {
  if (outbox_.empty()) return std::nullopt;
  Message message = std::move(outbox_.front());
  outbox_.pop_front();
  return message;
}

}  // namespace headsweep::agent
