#include "tests/orchestrator/recording_fake.h"

#include <gtest/gtest.h>

namespace headsweep::orchestrator::testing {
namespace {

constexpr double kRoundSeconds = 0.25;
constexpr int kMostRounds = 100'000;

protocol::Message through_the_wire(const protocol::Message& message) {
  const std::vector<std::byte> bytes = protocol::encode(message);
  protocol::Message decoded = protocol::decode(bytes);
  EXPECT_EQ(protocol::encode(decoded), bytes);
  return decoded;
}

}  // namespace

RecordingFake::RecordingFake(SchedulerOptions options, results::FrozenSweep sweep, std::int64_t workers,
                             Stage& stage)
    : scheduler_(std::move(options), std::move(sweep)) {
  for (protocol::WorkerId id = 1; id <= workers; ++id) workers_.try_emplace(id, id, stage);
}

Ending RecordingFake::play(std::optional<std::int64_t> stop_after) {
  for (auto& [id, worker] : workers_) perform(scheduler_.worker_joined(id));
  for (int round = 1; round <= kMostRounds && !ending_; ++round) {
    let_workers_speak();
    perform(scheduler_.committed(sink_.take_committed()));
    if (stop_after && ledger().done() >= *stop_after) {
      perform(scheduler_.stop("the test asked for it"));
      stop_after.reset();
    }
    perform(scheduler_.tick(kRoundSeconds * round, true));
  }
  EXPECT_TRUE(ending_) << "the run does not end";
  return ending_.value_or(Ending{});
}

void RecordingFake::let_workers_speak() {
  for (auto& [id, worker] : workers_) {
    worker.work();
    std::vector<protocol::Message> messages = worker.speak();
    if (!worker.has_ended()) messages.emplace_back(protocol::WorkerHeartbeat{});
    for (const protocol::Message& message : messages) {
      perform(scheduler_.message(id, through_the_wire(message)));
    }
  }
}

void RecordingFake::perform(Actions actions) {
  for (Action& action : actions) {
    EXPECT_FALSE(ending_) << "an action after the end";
    if (auto* message = std::get_if<SendMessage>(&action)) {
      EXPECT_FALSE(given_up_.contains(message->worker)) << "a message to a worker that was given up";
      workers_.at(message->worker).take(through_the_wire(message->message));
    } else if (auto* write = std::get_if<WriteRecord>(&action)) {
      sink_.submit(std::move(write->record));
    } else if (auto* give_up = std::get_if<GiveUpWorker>(&action)) {
      EXPECT_TRUE(given_up_.insert(give_up->worker).second);
    } else if (auto* readmit = std::get_if<ReadmitWorker>(&action)) {
      EXPECT_EQ(given_up_.erase(readmit->worker), 1U);
    } else {
      ending_ = std::get<Finish>(action).ending;
    }
  }
}

void RecordingFake::expect_nothing_left() const {
  EXPECT_EQ(ledger().open_attempts(), 0);
  for (const auto& [id, worker] : workers_) {
    EXPECT_TRUE(worker.has_ended()) << "worker " << id << " was never dismissed";
    EXPECT_FALSE(worker.has_loose_ends()) << "worker " << id;
  }
}

}  // namespace headsweep::orchestrator::testing
