// The MPI transport on 2 and 3 ranks of one machine. Every rank runs every test, in the same order.
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include "orchestrator/coordinator.h"
#include "orchestrator/idle_wait.h"
#include "tests/mpi/rank_count.h"
#include "tests/orchestrator/memory_sink.h"
#include "tests/orchestrator/quiet_observer.h"
#include "tests/orchestrator/sample_sweep.h"
#include "tests/orchestrator/scripted_worker.h"

namespace headsweep::orchestrator::testing {
namespace {

MpiSession* the_session = nullptr;  // made and ended by main(): MPI allows one a process

template <class Link>
auto wait_for_message(Link& link) {
  IdleWait idle;
  while (true) {
    if (auto message = link.receive()) return *std::move(message);
    idle.wait();
  }
}

class MpiTransportTest : public ::testing::Test {
 protected:
  // Nobody begins the next test before rank 0 has ended this one.
  void TearDown() override {
    for (protocol::WorkerId worker = 1; session.rank() == 0 && worker <= session.workers(); ++worker) {
      session.worker_links().send(worker, protocol::Drain{"next test"});
    }
    while (session.rank() > 0) {
      const auto message = wait_for_message(session.coordinator_link());
      if (std::holds_alternative<protocol::Drain>(message)) return;
    }
  }

  MpiSession& session = *the_session;
};

TEST_F(MpiTransportTest, NumbersWorkersFromRankOneAndTheirHostsFromZero) {
  if (session.rank() == 0) {
    EXPECT_EQ(session.worker_links().count(), session.workers());
  } else {
    EXPECT_EQ(session.local_worker_index(), session.rank() - 1);
  }
}

// A result beyond every eager limit, in front of a small message.
protocol::AttemptDone large_result(protocol::WorkerId worker) {
  protocol::AttemptDone done = {.attempt = worker, .result = sample_result()};
  done.result.numerics.assign(8 << 20, 'x');
  return done;
}

TEST_F(MpiTransportTest, KeepsTheOrderOfLargeAndSmallMessages) {
  if (session.rank() > 0) {
    for (int i = 0; i < 3; ++i) {
      session.coordinator_link().send(large_result(session.rank()));
      session.coordinator_link().send(protocol::AttemptsReturned{{i}});
    }
    return;
  }
  std::map<protocol::WorkerId, int> heard;
  for (std::int64_t left = 6 * session.workers(); left > 0; --left) {
    const protocol::Envelope envelope = wait_for_message(session.worker_links());
    const int number = heard[envelope.worker]++;
    if (number % 2 == 0) {
      ASSERT_TRUE(std::holds_alternative<protocol::AttemptDone>(envelope.message));
      EXPECT_EQ(std::get<protocol::AttemptDone>(envelope.message).result.numerics.size(), 8U << 20);
    } else {
      ASSERT_TRUE(std::holds_alternative<protocol::AttemptsReturned>(envelope.message));
      EXPECT_EQ(std::get<protocol::AttemptsReturned>(envelope.message).attempts.at(0), number / 2);
    }
  }
}

constexpr int kLargeMessages = 20;

// Stops this process until rank 0 continues it, then takes what was sent meanwhile.
void sleep_and_receive(protocol::CoordinatorLink& link) {
  protocol::WorkerHello hello = sample_hello();
  hello.pid = getpid();
  link.send(hello);
  raise(SIGSTOP);
  for (int i = 0; i < kLargeMessages; ++i) {
    EXPECT_EQ(std::get<protocol::Drain>(wait_for_message(link)).why.size(), std::size_t{1} << 20);
  }
  link.send(protocol::WorkerHeartbeat{});
}

// If sending waited for the receiver this would never end: a worker continues only after everything was sent.
TEST_F(MpiTransportTest, SendingNeverWaitsForTheReceiver) {
  if (session.rank() > 0) return sleep_and_receive(session.coordinator_link());
  protocol::WorkerLinks& links = session.worker_links();
  std::vector<pid_t> sleepers;
  for (std::int64_t i = 0; i < session.workers(); ++i) {
    const protocol::Envelope envelope = wait_for_message(links);
    sleepers.push_back(static_cast<pid_t>(std::get<protocol::WorkerHello>(envelope.message).pid));
  }
  for (protocol::WorkerId worker = 1; worker <= session.workers(); ++worker) {
    for (int i = 0; i < kLargeMessages; ++i) links.send(worker, protocol::Drain{std::string(1 << 20, 'x')});
  }
  std::int64_t answers = 0;
  while (answers < session.workers()) {
    // Again and again: a worker may not have stopped yet when the first one comes.
    for (const pid_t sleeper : sleepers) kill(sleeper, SIGCONT);
    if (const auto envelope = links.receive()) {
      EXPECT_TRUE(std::holds_alternative<protocol::WorkerHeartbeat>(envelope->message));
      ++answers;
    }
  }
}

TEST_F(MpiTransportTest, CarriesASweepWithFailures) {
  Stage stage([](protocol::WorkerId, protocol::TrialId trial, std::int64_t) {
    return trial % 10 == 0 ? Deed::kError : Deed::kTrain;
  });
  if (session.rank() > 0) {
    ScriptedWorker worker(session.rank(), stage);
    play(worker, session.coordinator_link());
    EXPECT_FALSE(worker.has_loose_ends());
    return;
  }
  MemorySink sink;
  QuietObserver observer;
  Coordinator coordinator(
      Scheduler(sample_options(), sample_sweep(200)), session.worker_links(), sink, observer,
      [] { return std::nullopt; }, std::nullopt);
  const Ending ending = coordinator.run();
  EXPECT_EQ(ending.end, RunEnd::kSomeFailed);
  EXPECT_TRUE(ending.every_worker_left);
  EXPECT_EQ(sink.ledger().done(), 180);
  EXPECT_EQ(sink.ledger().failed(), 20);
  EXPECT_EQ(sink.ledger().open_attempts(), 0);
}

}  // namespace
}  // namespace headsweep::orchestrator::testing

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  headsweep::orchestrator::MpiSession session;
  if (!headsweep::orchestrator::testing::has_expected_ranks(session, argc, argv)) return session.end(1);
  headsweep::orchestrator::testing::the_session = &session;
  const int failed = RUN_ALL_TESTS();
  return session.end(failed);
}
