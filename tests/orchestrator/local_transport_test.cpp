#include "orchestrator/local_transport.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace headsweep::orchestrator {
namespace {

TEST(LocalTransportTest, CarriesMessagesBothWaysInOrder) {
  LocalTransport transport(2);
  EXPECT_EQ(transport.workers().count(), 2);
  EXPECT_FALSE(transport.workers().receive());
  transport.coordinator(2).send(protocol::AttemptsReturned{{7}});
  transport.coordinator(2).send(protocol::WorkerGoodbye{});
  const auto first = transport.workers().receive();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->worker, 2);
  EXPECT_EQ(std::get<protocol::AttemptsReturned>(first->message).attempts,
            std::vector<protocol::AttemptId>{7});
  EXPECT_TRUE(std::holds_alternative<protocol::WorkerGoodbye>(transport.workers().receive()->message));

  transport.workers().send(1, protocol::Drain{"why"});
  EXPECT_FALSE(transport.coordinator(2).receive());
  const auto drain = transport.coordinator(1).receive();
  ASSERT_TRUE(drain);
  EXPECT_EQ(std::get<protocol::Drain>(*drain).why, "why");
}

TEST(LocalTransportTest, SendsNothingToTheAbandonedButTheLastShutdown) {
  LocalTransport transport(1);
  transport.workers().abandon(1);
  transport.workers().send(1, protocol::Drain{"why"});
  EXPECT_FALSE(transport.coordinator(1).receive());
  transport.close();
  EXPECT_TRUE(std::holds_alternative<protocol::Shutdown>(transport.coordinator(1).receive().value()));
}

TEST(LocalTransportTest, LosesNothingBetweenThreads) {
  constexpr std::int64_t kWorkers = 4;
  constexpr std::int64_t kMessages = 2000;
  LocalTransport transport(kWorkers);
  std::vector<std::thread> threads;
  for (protocol::WorkerId worker = 1; worker <= kWorkers; ++worker) {
    threads.emplace_back([&, worker] {
      for (std::int64_t i = 0; i < kMessages; ++i) {
        transport.coordinator(worker).send(protocol::AttemptProgress{i, worker, 1});
      }
    });
  }
  std::vector<std::int64_t> next(kWorkers + 1, 0);
  for (std::int64_t received = 0; received < kWorkers * kMessages;) {
    const auto envelope = transport.workers().receive();
    if (!envelope) {
      std::this_thread::yield();
      continue;
    }
    const auto& progress = std::get<protocol::AttemptProgress>(envelope->message);
    EXPECT_EQ(progress.step, envelope->worker);
    EXPECT_EQ(progress.attempt, next[static_cast<std::size_t>(envelope->worker)]++);
    ++received;
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace headsweep::orchestrator
