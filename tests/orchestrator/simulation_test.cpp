// Hundreds of random runs: messages and commits are late, workers stall, come back, die or leave, trials
// fail. Whatever happens, every trial ends at most once and in the state its script says, no attempt number
// is used twice (Ledger), and equal seeds give equal actions.
#include <deque>
#include <map>
#include <memory>
#include <random>

#include <gtest/gtest.h>

#include "orchestrator/scheduler.h"
#include "tests/orchestrator/ledger.h"
#include "tests/orchestrator/sample_sweep.h"
#include "tests/orchestrator/scripted_worker.h"

namespace headsweep::orchestrator::testing {
namespace {

using Random = std::mt19937;

std::int64_t draw(Random& random, std::int64_t from, std::int64_t to) {
  return from + static_cast<std::int64_t>(random() % static_cast<std::uint32_t>(to - from + 1));
}

struct World {
  std::int64_t workers;
  std::int64_t trials;
  std::optional<std::int64_t> stack;
  std::int64_t gang;
  std::int64_t retries;
  std::int64_t stop_at_round;  // 0: never
  std::map<protocol::TrialId, Deed> bad_trials;
  std::map<protocol::TrialId, std::int64_t> transient_errors;  // times a good trial fails first
  std::map<protocol::WorkerId, Deed> bad_workers;              // what they do, one bundle in three
};

World draw_world(Random& random) {
  World world = {.workers = draw(random, 1, 6),
                 .trials = draw(random, 0, 60),
                 .stack = std::nullopt,
                 .gang = draw(random, 1, 6),
                 .retries = draw(random, 0, 3),
                 .stop_at_round = draw(random, 0, 3) == 0 ? draw(random, 1, 60) : 0,
                 .bad_trials = {},
                 .transient_errors = {},
                 .bad_workers = {}};
  if (const std::int64_t stack = draw(random, 0, 4); stack > 0) world.stack = stack;
  if (world.gang > std::min<std::int64_t>(world.workers, 3)) world.gang = 1;
  for (protocol::TrialId trial = 1; trial <= world.trials; ++trial) {
    const std::int64_t fate = draw(random, 0, 19);
    if (fate == 0) world.bad_trials[trial] = Deed::kError;
    if (fate == 1) world.bad_trials[trial] = Deed::kKillTrainer;
    if (fate == 2) world.transient_errors[trial] = world.retries;
  }
  for (protocol::WorkerId worker = 1; worker <= world.workers; ++worker) {
    const std::int64_t fate = draw(random, 0, 9);
    if (fate == 0) world.bad_workers[worker] = Deed::kVanish;
    if (fate == 1) world.bad_workers[worker] = Deed::kLeave;
    if (fate == 2) world.bad_workers[worker] = Deed::kCannotStart;
  }
  return world;
}

Script script_of(const World& world) {
  return [&world](protocol::WorkerId worker, protocol::TrialId trial, std::int64_t nth) {
    if (const auto bad = world.bad_workers.find(worker);
        bad != world.bad_workers.end() && (trial + nth) % 3 == 0) {
      return bad->second;
    }
    if (const auto bad = world.bad_trials.find(trial); bad != world.bad_trials.end()) return bad->second;
    const auto transient = world.transient_errors.find(trial);
    return transient != world.transient_errors.end() && nth <= transient->second ? Deed::kError
                                                                                 : Deed::kTrain;
  };
}

// A worker behind a slow line in both directions; it may stall for longer than its lease.
struct RemoteWorker {
  ScriptedWorker worker;
  std::deque<protocol::Message> to_worker;
  std::deque<protocol::Message> to_coordinator;
  std::int64_t stalled_rounds = 0;
};

class Simulation {
 public:
  explicit Simulation(std::uint32_t seed)
      : random_(seed),
        world_(draw_world(random_)),
        stage_(script_of(world_)),
        scheduler_(options(), trials()) {
    for (protocol::WorkerId id = 1; id <= world_.workers; ++id) {
      workers_[id] = std::make_unique<RemoteWorker>(RemoteWorker{ScriptedWorker(id, stage_), {}, {}});
    }
  }

  void run() {
    for (const auto& [id, worker] : workers_) perform(scheduler_.worker_joined(id));
    for (std::int64_t round = 1; round <= 20'000 && !ending_; ++round) {
      for (const auto& [id, worker] : workers_) play_round(id, *worker);
      commit_some();
      if (round == world_.stop_at_round) perform(scheduler_.stop("stopped"));
      perform(scheduler_.tick(0.5 * static_cast<double>(round), true));
    }
  }

  void check() const {
    ASSERT_TRUE(ending_) << "the run does not end";
    EXPECT_EQ(ledger_.open_attempts(), 0);
    for (protocol::TrialId trial = 1; trial <= world_.trials; ++trial) check_trial(trial);
    if (ending_->end == RunEnd::kStopped) return;
    EXPECT_EQ(ledger_.done() + ledger_.failed(), world_.trials);
    EXPECT_EQ(ending_->end, ledger_.failed() > 0 ? RunEnd::kSomeFailed : RunEnd::kAllDone);
    EXPECT_TRUE(uncommitted_.empty()) << "it ended before everything was committed";
  }

  [[nodiscard]] const std::string& log() const { return log_; }
  [[nodiscard]] std::int64_t returns() const { return ledger_.events("worker_returned"); }

 private:
  SchedulerOptions options() const {
    SchedulerOptions options = sample_options();
    options.stack = world_.stack;
    options.gang = world_.gang;
    options.retries = world_.retries;
    return options;
  }

  results::FrozenSweep trials() const { return sample_sweep(world_.trials); }

  void check_trial(protocol::TrialId trial) const {
    const bool is_bad = world_.bad_trials.contains(trial);
    EXPECT_FALSE(ledger_.is_done(trial) && ledger_.is_failed(trial)) << "trial " << trial;
    EXPECT_FALSE(ledger_.is_done(trial) && is_bad) << "trial " << trial;
    EXPECT_FALSE(ledger_.is_failed(trial) && !is_bad) << "trial " << trial;
  }

  void play_round(protocol::WorkerId id, RemoteWorker& remote) {
    if (remote.stalled_rounds > 0) {
      --remote.stalled_rounds;
    } else {
      for (std::int64_t n = draw(random_, 0, 3); n > 0 && !remote.to_worker.empty(); --n) {
        remote.worker.take(remote.to_worker.front());
        remote.to_worker.pop_front();
      }
      if (draw(random_, 0, 1) == 0) remote.worker.work();
      for (const protocol::Message& message : remote.worker.speak()) remote.to_coordinator.push_back(message);
      if (!remote.worker.has_ended()) remote.to_coordinator.emplace_back(protocol::WorkerHeartbeat{});
      if (draw(random_, 0, 400) == 0) remote.stalled_rounds = draw(random_, 1, 80);  // the lease is 30 rounds
    }
    for (std::int64_t n = draw(random_, 1, 4); n > 0 && !remote.to_coordinator.empty(); --n) {
      perform(scheduler_.message(id, remote.to_coordinator.front()));
      remote.to_coordinator.pop_front();
    }
  }

  void commit_some() {
    std::vector<protocol::AttemptId> committed;
    for (std::int64_t n = draw(random_, 0, 5); n > 0 && !uncommitted_.empty(); --n) {
      committed.push_back(uncommitted_.front());
      uncommitted_.pop_front();
    }
    perform(scheduler_.committed(committed));
  }

  void perform(Actions actions) {
    for (Action& action : actions) {
      if (const auto* send = std::get_if<SendMessage>(&action)) {
        workers_.at(send->worker)->to_worker.push_back(send->message);
        for (const std::byte byte : protocol::encode(send->message)) log_.push_back(static_cast<char>(byte));
      } else if (const auto* write = std::get_if<WriteRecord>(&action)) {
        ledger_.add(write->record);
        log_ += "record " + std::to_string(write->record.index()) + "\n";
        const auto* done = std::get_if<results::AttemptSucceeded>(&write->record);
        if (done != nullptr) uncommitted_.push_back(done->attempt);
      } else if (const auto* give_up = std::get_if<GiveUpWorker>(&action)) {
        log_ += "give up " + std::to_string(give_up->worker) + "\n";
      } else if (const auto* readmit = std::get_if<ReadmitWorker>(&action)) {
        log_ += "readmit " + std::to_string(readmit->worker) + "\n";
      } else {
        ending_ = std::get<Finish>(action).ending;
      }
    }
  }

  Random random_;
  World world_;
  Stage stage_;
  Scheduler scheduler_;
  std::map<protocol::WorkerId, std::unique_ptr<RemoteWorker>> workers_;
  std::deque<protocol::AttemptId> uncommitted_;
  Ledger ledger_;
  std::optional<Ending> ending_;
  std::string log_;
};

TEST(SimulationTest, EveryTrialEndsOnceInTheRightState) {
  std::int64_t returns = 0;
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation simulation(seed);
    simulation.run();
    simulation.check();
    if (HasFailure()) return;
    returns += simulation.returns();
  }
  EXPECT_GT(returns, 0) << "no worker stalled for longer than its lease and came back";
}

TEST(SimulationTest, EqualEventsGiveEqualActions) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    Simulation once(seed);
    Simulation again(seed);
    once.run();
    again.run();
    EXPECT_FALSE(once.log().empty());
    EXPECT_TRUE(once.log() == again.log()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace headsweep::orchestrator::testing
