// The coordinator's loop over the local transport: what scenarios do not reach.
#include "orchestrator/coordinator.h"

#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "errors/user_error.h"
#include "orchestrator/bad_message.h"
#include "orchestrator/local_transport.h"
#include "tests/orchestrator/memory_sink.h"
#include "tests/orchestrator/quiet_observer.h"
#include "tests/orchestrator/sample_sweep.h"
#include "tests/orchestrator/scripted_worker.h"

namespace headsweep::orchestrator::testing {
namespace {

const StopRequest kNeverStop = [] { return std::nullopt; };

Deed train(protocol::WorkerId, protocol::TrialId, std::int64_t) {
  return Deed::kTrain;
}

// Two workers on threads that train whatever they get, dismissed and joined at the end of the scope.
class TwoWorkers {
 public:
  TwoWorkers() {
    for (protocol::WorkerId id = 1; id <= 2; ++id) {
      threads_.emplace_back([this, id] {
        ScriptedWorker worker(id, stage_);
        play(worker, transport.coordinator(id));
      });
    }
  }
  ~TwoWorkers() {
    transport.close();
    for (std::thread& thread : threads_) thread.join();
  }

  LocalTransport transport{2};

 private:
  Stage stage_{train};
  std::vector<std::thread> threads_;
};

TEST(CoordinatorTest, ReportsTheFinalProgress) {
  TwoWorkers workers;
  MemorySink sink;
  QuietObserver observer;
  Coordinator coordinator(Scheduler(sample_options(), sample_sweep(20)), workers.transport.workers(), sink,
                          observer, kNeverStop, std::nullopt);
  EXPECT_EQ(coordinator.run().end, RunEnd::kAllDone);
  EXPECT_EQ(observer.last().done, 20);
  EXPECT_EQ(observer.last().running, 0);
  EXPECT_EQ(observer.last().workers, 0);
  ASSERT_TRUE(observer.last().seconds_left);
  EXPECT_NEAR(*observer.last().seconds_left, 0, 1e-9);
  EXPECT_TRUE(observer.last().trials_per_minute);
}

// Passes everything on and counts the heartbeats.
class CountedHeartbeats final : public protocol::WorkerLinks {
 public:
  explicit CountedHeartbeats(protocol::WorkerLinks& links) : links_(links) {}
  [[nodiscard]] std::int64_t count() const override { return links_.count(); }
  void send(protocol::WorkerId worker, const protocol::Message& message) override {
    if (std::holds_alternative<protocol::CoordinatorHeartbeat>(message)) ++seen;
    links_.send(worker, message);
  }
  std::optional<protocol::Envelope> receive() override { return links_.receive(); }
  std::vector<protocol::WorkerId> take_ended() override { return links_.take_ended(); }
  void abandon(protocol::WorkerId worker) override { links_.abandon(worker); }
  void readmit(protocol::WorkerId worker) override { links_.readmit(worker); }

  int seen = 0;

 private:
  protocol::WorkerLinks& links_;
};

TEST(CoordinatorTest, HeartbeatsGoOnWhileMoreTrialsAreDecidedOn) {
  TwoWorkers workers;
  MemorySink sink;
  QuietObserver observer;
  CountedHeartbeats links(workers.transport.workers());
  SchedulerOptions options = sample_options();
  options.may_grow = true;
  std::optional<int> before;
  const MoreTrials more = [&]() -> std::optional<std::vector<results::OpenTrial>> {
    if (!before) before = links.seen;
    if (links.seen < *before + 4) return std::nullopt;
    return std::vector<results::OpenTrial>{};
  };
  Coordinator coordinator(Scheduler(options, sample_sweep(5)), links, sink, observer, kNeverStop,
                          std::nullopt, more);
  EXPECT_EQ(coordinator.run().end, RunEnd::kAllDone);
}

// Fails once a few results were submitted, like a full disk.
class FailingSink final : public RecordSink {
 public:
  [[nodiscard]] bool has_room() const override { return true; }
  void submit(results::Record record) override {
    EXPECT_FALSE(was_told_) << "a record after the failure";
    sink_.submit(std::move(record));
  }
  std::vector<protocol::AttemptId> take_committed() override { return sink_.take_committed(); }
  [[nodiscard]] std::optional<std::string> failure() const override {
    if (sink_.ledger().done() < 3) return std::nullopt;
    was_told_ = true;
    return "cannot write results.db: disk full";
  }

 private:
  MemorySink sink_;
  mutable bool was_told_ = false;  // the coordinator knows of the failure
};

TEST(CoordinatorTest, EndsWithTheSinksErrorAfterDismissingTheWorkers) {
  TwoWorkers workers;
  FailingSink sink;
  QuietObserver observer;
  Coordinator coordinator(Scheduler(sample_options(), sample_sweep(200)), workers.transport.workers(), sink,
                          observer, kNeverStop, std::nullopt);
  try {
    coordinator.run();
    FAIL() << "no error";
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(), "cannot write results.db: disk full");
  }
  EXPECT_EQ(observer.last().workers, 0);
}

TEST(CoordinatorTest, StopsBeforeTheWalltimeIsOver) {
  TwoWorkers workers;
  MemorySink sink;
  QuietObserver observer;
  Coordinator coordinator(Scheduler(sample_options(), sample_sweep(1'000'000)), workers.transport.workers(),
                          sink, observer, kNeverStop, 0.2);
  const Ending ending = coordinator.run();
  EXPECT_EQ(ending.end, RunEnd::kStopped);
  // Or that, and that no other trial would reach a checkpoint.
  EXPECT_TRUE(ending.why.starts_with("the walltime is nearly over")) << ending.why;
  EXPECT_TRUE(ending.every_worker_left);
}

// Links whose workers never answer, and which deliver what a test gives them.
class GivenLinks final : public protocol::WorkerLinks {
 public:
  explicit GivenLinks(std::vector<protocol::Envelope> envelopes) : envelopes_(std::move(envelopes)) {}
  [[nodiscard]] std::int64_t count() const override { return 2; }
  void send(protocol::WorkerId worker, const protocol::Message& message) override {
    EXPECT_NE(worker, abandoned_);
    if (std::holds_alternative<protocol::Drain>(message)) {
      envelopes_.push_back({.worker = worker, .message = protocol::WorkerGoodbye{}});
    }
  }
  std::optional<protocol::Envelope> receive() override {
    if (!threw_) {
      threw_ = true;
      throw BadMessage(2, "no CBOR");
    }
    if (envelopes_.empty()) return std::nullopt;
    protocol::Envelope next = std::move(envelopes_.front());
    envelopes_.erase(envelopes_.begin());
    return next;
  }
  std::vector<protocol::WorkerId> take_ended() override { return std::exchange(ended_, {}); }
  void abandon(protocol::WorkerId worker) override { abandoned_ = worker; }
  void readmit(protocol::WorkerId) override { abandoned_ = 0; }

  void end(protocol::WorkerId worker) { ended_.push_back(worker); }
  void send_no_nonsense() { threw_ = true; }

  [[nodiscard]] protocol::WorkerId abandoned() const { return abandoned_; }

 private:
  std::vector<protocol::Envelope> envelopes_;
  std::vector<protocol::WorkerId> ended_;
  protocol::WorkerId abandoned_ = 0;
  bool threw_ = false;
};

TEST(CoordinatorTest, GivesUpAWorkerThatSendsNonsense) {
  GivenLinks links({{.worker = 1, .message = sample_hello()}});
  MemorySink sink;
  QuietObserver observer;
  int rounds = 0;
  const StopRequest stop_soon = [&]() -> std::optional<std::string> {
    if (++rounds < 5) return std::nullopt;
    return "enough";
  };
  Coordinator coordinator(Scheduler(sample_options(), sample_sweep(5)), links, sink, observer, stop_soon,
                          std::nullopt);
  EXPECT_FALSE(coordinator.run().every_worker_left);
  EXPECT_EQ(links.abandoned(), 2);
  EXPECT_EQ(sink.ledger().events("worker_lost"), 1);
}

TEST(CoordinatorTest, GivesUpAWorkerWhoseProcessHasEnded) {
  GivenLinks links({{.worker = 1, .message = sample_hello()}, {.worker = 2, .message = sample_hello()}});
  links.send_no_nonsense();
  links.end(1);
  MemorySink sink;
  QuietObserver observer;
  int rounds = 0;
  const StopRequest stop_soon = [&]() -> std::optional<std::string> {
    if (++rounds < 5) return std::nullopt;
    EXPECT_EQ(observer.last().workers, 1) << "no lease is waited for";
    return "enough";
  };
  Coordinator coordinator(Scheduler(sample_options(), sample_sweep(5)), links, sink, observer, stop_soon,
                          std::nullopt);
  EXPECT_FALSE(coordinator.run().every_worker_left);
  EXPECT_EQ(links.abandoned(), 1);
  EXPECT_EQ(sink.ledger().events("worker_lost"), 1);
}

TEST(CoordinatorTest, ReadsNothingWhileTheSinkIsFull) {
  GivenLinks links({{.worker = 1, .message = sample_hello()}});
  MemorySink sink;
  sink.set_room(false);
  QuietObserver observer;
  int rounds = 0;
  const StopRequest stop_later = [&]() -> std::optional<std::string> {
    if (++rounds < 5) return std::nullopt;
    EXPECT_EQ(observer.last().workers, 0) << "a hello was read";
    sink.set_room(true);
    return "enough";
  };
  Coordinator coordinator(Scheduler(sample_options(), sample_sweep(5)), links, sink, observer, stop_later,
                          std::nullopt);
  EXPECT_EQ(coordinator.run().end, RunEnd::kStopped);
}

}  // namespace
}  // namespace headsweep::orchestrator::testing
