#include "tests/orchestrator/fleet_simulation.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <limits>
#include <queue>
#include <random>
#include <vector>

#include "errors/check.h"
#include "orchestrator/scheduler.h"
#include "tests/orchestrator/sample_sweep.h"

namespace headsweep::orchestrator::testing {
namespace {

// Slower than in a run, where they are 1 s and 15 s, to save events.
constexpr double kHeartbeatSeconds = 20;
constexpr double kLeaseSeconds = 60;
constexpr double kStopBeforeEnd = 30;  // as the coordinator leaves for draining

using Random = std::mt19937_64;

// What the scheduler cannot know: how long each trial takes on a worker of speed 1, and how much of it is in its last
// checkpoint.
struct TrueTrial {
  float seconds;
  float saved = 0;
  bool tried = false;      // in this slot
  bool came_back = false;  // and waits
  bool done = false;
};

struct Held {
  protocol::AttemptId attempt;
  protocol::TrialId trial;
};

struct Worker {
  std::deque<Held> line;  // the first one runs
  double began = 0;       // the one that runs
  double dies = 0;
  bool alive = true;
  std::int64_t generation = 0;  // events of an earlier one mean nothing
};

enum class Kind : std::uint8_t { kDone, kDeath, kHeartbeat, kGoodbye };

struct Event {
  double time;
  std::int64_t order;  // of equal times
  Kind kind;
  protocol::WorkerId worker;
  std::int64_t generation;

  bool operator>(const Event& other) const {
    return std::pair(time, order) > std::pair(other.time, other.order);
  }
};

results::FrozenSweep draw_plan(const Fleet& fleet, Random& random, std::vector<TrueTrial>& truth) {
  results::FrozenSweep sweep = sample_sweep(fleet.trials);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  const double mean_factor =
      std::exp((std::pow(fleet.spread_of_arms, 2) + std::pow(fleet.spread_of_trials, 2)) / 2) *
      (1 + fleet.straggler_share * (fleet.straggler_factor - 1));
  const double median = fleet.mean_seconds / mean_factor;
  const std::int64_t heads[] = {1, 2, 4, 8, 16};
  truth.resize(static_cast<std::size_t>(fleet.trials));
  double arm_seconds = 0;
  trial::Settings arm;
  for (std::int64_t i = 0; i < fleet.trials; ++i) {
    results::OpenTrial& open = sweep.open[static_cast<std::size_t>(i)];
    if (i % (fleet.trials / fleet.arms) == 0) {
      arm_seconds = median * std::exp(fleet.spread_of_arms * normal(random));
      arm = open.settings;
      arm.model.heads = heads[random() % 5];
      // Operations tell something of the length, not all: with more heads they take longer.
      const double slowness = 1 + 0.2 * static_cast<double>(arm.model.heads);
      arm.training.steps =
          std::max(std::int64_t{1}, static_cast<std::int64_t>(std::llround(100 * arm_seconds / slowness)));
    }
    arm.seed = static_cast<std::uint32_t>(i);
    open.settings = arm;
    const bool straggles = uniform(random) < fleet.straggler_share;
    truth[static_cast<std::size_t>(i)].seconds =
        static_cast<float>(arm_seconds * std::exp(fleet.spread_of_trials * normal(random)) *
                           (straggles ? fleet.straggler_factor : 1));
  }
  return sweep;
}

class Simulation {
 public:
  explicit Simulation(const Fleet& fleet) : fleet_(fleet), random_(fleet.seed) {
    results::FrozenSweep sweep = draw_plan(fleet, random_, truth_);
    double work = 0;
    double longest = 0;
    for (const TrueTrial& trial : truth_) {
      work += trial.seconds;
      longest = std::max(longest, double{trial.seconds});
    }
    outcome_.lower_bound = std::max(work / static_cast<double>(fleet.workers), longest);
    open_ = std::move(sweep.open);
  }

  FleetOutcome run() {
    while (outcome_.done < fleet_.trials && outcome_.slots < kMostSlots) run_slot();
    outcome_.utilisation = useful_seconds_ / alive_seconds_;
    return outcome_;
  }

 private:
  static constexpr std::int64_t kMostSlots = 1000;

  [[nodiscard]] TrueTrial& truth(protocol::TrialId trial) {
    return truth_[static_cast<std::size_t>(trial - 1)];
  }

  // What a resumed run finds: the trials without a result, under new attempt numbers.
  results::FrozenSweep frozen() {
    results::FrozenSweep sweep{};
    sweep.trials = fleet_.trials;
    sweep.done = outcome_.done;
    sweep.next_attempt = next_attempt_;
    std::erase_if(open_, [&](const results::OpenTrial& open) { return truth(open.trial).done; });
    sweep.open = open_;
    return sweep;
  }

  void run_slot() {
    ++outcome_.slots;
    SchedulerOptions options = sample_options();
    options.welcome.heartbeat_seconds = kHeartbeatSeconds;
    options.lease_seconds = kLeaseSeconds;
    options.stack = fleet_.stack;
    scheduler_.emplace(options, frozen());
    workers_.assign(static_cast<std::size_t>(fleet_.workers) + 1, {});
    events_ = {};
    ending_.reset();
    now_ = 0;
    last_done_ = 0;
    for (TrueTrial& trial : truth_) trial.tried = trial.came_back = false;
    waiting_again_ = 0;
    begin_workers();
    play();
    end_slot();
  }

  void begin_workers() {
    std::exponential_distribution<double> life(fleet_.losses_an_hour / 3600);
    for (protocol::WorkerId id = 1; id <= fleet_.workers; ++id) perform(scheduler_->worker_joined(id));
    for (protocol::WorkerId id = 1; id <= fleet_.workers; ++id) {
      Worker& worker = worker_of(id);
      worker.dies = fleet_.losses_an_hour > 0 ? life(random_) : std::numeric_limits<double>::infinity();
      if (worker.dies < fleet_.slot_seconds) push(worker.dies, Kind::kDeath, id);
      push(kHeartbeatSeconds * static_cast<double>(id) / static_cast<double>(fleet_.workers),
           Kind::kHeartbeat, id);
      perform(scheduler_->message(id, sample_hello()));
    }
  }

  void play() {
    bool stopped = false;
    for (double tick = 1; !ending_; tick += 1) {
      while (!ending_ && !events_.empty() && events_.top().time <= tick) {
        const Event event = events_.top();
        events_.pop();
        now_ = event.time;
        handle(event);
      }
      now_ = tick;
      if (!stopped && tick >= fleet_.slot_seconds - kStopBeforeEnd) {
        stopped = true;
        perform(scheduler_->stop("the walltime is nearly over"));
      }
      perform(scheduler_->committed(std::exchange(uncommitted_, {})));
      perform(scheduler_->tick(tick, true));
    }
  }

  void end_slot() {
    const double end = ending_->end == RunEnd::kStopped ? fleet_.slot_seconds : last_done_;
    outcome_.makespan += end;
    for (protocol::WorkerId id = 1; id <= fleet_.workers; ++id)
      alive_seconds_ += std::min(end, worker_of(id).dies);
  }

  Worker& worker_of(protocol::WorkerId id) { return workers_[static_cast<std::size_t>(id)]; }

  void push(double time, Kind kind, protocol::WorkerId id) {
    events_.push({time, next_order_++, kind, id, worker_of(id).generation});
  }

  void handle(const Event& event) {
    Worker& worker = worker_of(event.worker);
    if (!worker.alive || event.generation != worker.generation) return;
    switch (event.kind) {
      case Kind::kDeath:
        ++outcome_.workers_lost;
        worker.alive = false;
        keep_checkpoint(worker, now_, /*exact=*/false);
        return;
      case Kind::kHeartbeat:
        push(now_ + kHeartbeatSeconds, Kind::kHeartbeat, event.worker);
        return perform(scheduler_->message(event.worker, protocol::WorkerHeartbeat{}));
      case Kind::kDone:
        return finish(event.worker, worker);
      case Kind::kGoodbye:
        return say_goodbye(event.worker, worker);
    }
  }

  // The first trial in its line ended, and the coordinator hears of it.
  void finish(protocol::WorkerId id, Worker& worker) {
    const Held held = worker.line.front();
    worker.line.pop_front();
    TrueTrial& trial = truth(held.trial);
    const double seconds = trial.seconds - trial.saved;
    const double ended = now_ - fleet_.line_seconds;
    if (!worker.line.empty()) begin(id, worker, ended);
    if (trial.done) ++outcome_.done_again;
    trial.done = true;
    ++outcome_.done;
    useful_seconds_ += seconds;
    last_done_ = now_;
    perform(scheduler_->message(
        id, protocol::AttemptDone{.attempt = held.attempt, .result = sample_result(trial.seconds)}));
  }

  void begin(protocol::WorkerId id, Worker& worker, double when) {
    const TrueTrial& trial = truth(worker.line.front().trial);
    worker.began = when;
    push(when + trial.seconds - trial.saved + fleet_.line_seconds, Kind::kDone, id);
  }

  // What of the running trial outlives its worker: all (a stop), or what the last checkpoint has.
  void keep_checkpoint(Worker& worker, double when, bool exact) {
    if (worker.line.empty()) return;
    TrueTrial& trial = truth(worker.line.front().trial);
    const double trained = std::clamp(when - worker.began, 0.0, double{trial.seconds} - trial.saved);
    const double kept =
        exact ? trained : std::floor(trained / fleet_.checkpoint_seconds) * fleet_.checkpoint_seconds;
    trial.saved += static_cast<float>(kept);
    useful_seconds_ += kept;
  }

  void perform(Actions actions) {
    for (Action& action : actions) {
      if (auto* send = std::get_if<SendMessage>(&action)) {
        deliver(send->worker, send->message);
      } else if (auto* write = std::get_if<WriteRecord>(&action)) {
        note(write->record);
      } else if (auto* finish = std::get_if<Finish>(&action)) {
        ending_ = finish->ending;
      }
    }
  }

  void deliver(protocol::WorkerId id, const protocol::Message& message) {
    Worker& worker = worker_of(id);
    if (const auto* assign = std::get_if<protocol::Assign>(&message)) {
      take(id, worker, *assign);
    } else if (std::holds_alternative<protocol::Drain>(message)) {
      leave(id, worker);
    } else if (std::holds_alternative<protocol::Shutdown>(message)) {
      leave(id, worker);
    }
  }

  void take(protocol::WorkerId id, Worker& worker, const protocol::Assign& assign) {
    for (const protocol::Assignment& assignment : assign.bundle) {
      next_attempt_ = std::max(next_attempt_, assignment.attempt + 1);
      TrueTrial& trial = truth(assignment.trial);
      if (trial.came_back) {
        trial.came_back = false;
        --waiting_again_;
      } else if (!trial.tried && waiting_again_ > 0) {
        ++outcome_.overtaken;
      }
      trial.tried = true;
      worker.line.push_back({assignment.attempt, assignment.trial});
    }
    if (!worker.alive || worker.line.size() > assign.bundle.size()) return;
    begin(id, worker, now_ + fleet_.line_seconds);
  }

  // It trains nothing more.
  void leave(protocol::WorkerId id, Worker& worker) {
    if (!worker.alive) return;
    keep_checkpoint(worker, now_, /*exact=*/true);
    ++worker.generation;
    push(now_ + fleet_.line_seconds, Kind::kGoodbye, id);
  }

  void say_goodbye(protocol::WorkerId id, Worker& worker) {
    if (!worker.line.empty()) {
      perform(scheduler_->message(id, protocol::AttemptFailed{.attempt = worker.line.front().attempt,
                                                              .reason = protocol::EndReason::kStopped,
                                                              .message = "stopped",
                                                              .signal = {},
                                                              .exit_code = {},
                                                              .log_tail = ""}));
      worker.line.pop_front();
    }
    protocol::AttemptsReturned returned;
    for (const Held& held : worker.line) returned.attempts.push_back(held.attempt);
    if (!returned.attempts.empty()) perform(scheduler_->message(id, std::move(returned)));
    worker.alive = false;
    perform(scheduler_->message(id, protocol::WorkerGoodbye{}));
  }

  void note(const results::Record& record) {
    if (const auto* done = std::get_if<results::AttemptSucceeded>(&record)) {
      uncommitted_.push_back(done->attempt);
    } else if (const auto* ended = std::get_if<results::AttemptEnded>(&record)) {
      if (ended->trial_state == results::TrialState::kFailed) ++outcome_.failed;
      ++outcome_.interrupted;
      truth(ended->trial).came_back = true;
      ++waiting_again_;
    }
  }

  const Fleet fleet_;
  Random random_;
  std::vector<TrueTrial> truth_;
  std::vector<results::OpenTrial> open_;
  protocol::AttemptId next_attempt_ = 1;
  FleetOutcome outcome_;
  double useful_seconds_ = 0;
  double alive_seconds_ = 0;

  // Of the slot:
  std::optional<Scheduler> scheduler_;
  std::vector<Worker> workers_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::int64_t next_order_ = 0;
  std::vector<protocol::AttemptId> uncommitted_;
  double now_ = 0;
  double last_done_ = 0;
  std::int64_t waiting_again_ = 0;
  std::optional<Ending> ending_;
};

}  // namespace

FleetOutcome simulate(const Fleet& fleet) {
  return Simulation(fleet).run();
}

}  // namespace headsweep::orchestrator::testing
