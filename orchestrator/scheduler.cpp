// Dispatching and what workers say; what goes wrong is in scheduler_faults.cpp.
#include "orchestrator/scheduler.h"

#include <algorithm>

#include "errors/check.h"

namespace headsweep::orchestrator {
namespace {

// A pause between ticks counts for leases with at most this much: a coordinator that was suspended must not
// take its own sleep for its workers' silence.
constexpr double kMostHeardSeconds = 1;

std::vector<results::OpenTrial> without_last(std::vector<results::OpenTrial> trials, std::int64_t count) {
  trials.erase(trials.end() - count, trials.end());
  return trials;
}

}  // namespace

Scheduler::Scheduler(SchedulerOptions options, results::FrozenSweep sweep)
    : options_(std::move(options)),
      beyond_limit_(std::max(std::int64_t{0},
                             std::ssize(sweep.open) - options_.limit.value_or(std::ssize(sweep.open)))),
      queue_(without_last(std::move(sweep.open), beyond_limit_)),
      unfinished_(queue_.size()),
      next_attempt_(sweep.next_attempt) {
  progress_.trials = sweep.trials;
  progress_.done = sweep.done;
  progress_.failed = sweep.failed;
  progress_.trials_now = queue_.size();
  for (TrialQueue::Index i = 0; std::int64_t{i} < queue_.size(); ++i) progress_.flops_left += queue_.flops(i);
}

Actions Scheduler::worker_joined(protocol::WorkerId id) {
  const auto [place, is_new] = workers_.try_emplace(id);
  check(is_new, "a worker joins once");
  WorkerState& worker = place->second;
  worker.id = id;
  worker.name = "worker " + std::to_string(id);
  ++here_;
  begin_heartbeats(worker, now_);
  renew_lease(worker);
  send(worker, options_.welcome);
  if (phase_ != Phase::kRunning) dismiss(worker);
  return take_actions();
}

Actions Scheduler::message(protocol::WorkerId id, protocol::Message message) {
  WorkerState& worker = workers_.at(id);
  if (worker.here()) {
    renew_lease(worker);
    std::visit([&](auto& content) { on(worker, std::move(content)); }, message);
  } else {
    hear_again(worker, std::move(message));
  }
  conclude();
  return take_actions();
}

Actions Scheduler::committed(std::span<const protocol::AttemptId> attempts) {
  std::map<protocol::WorkerId, std::vector<protocol::AttemptId>> by_worker;
  for (const protocol::AttemptId attempt : attempts) {
    const auto found = uncommitted_.find(attempt);
    check(found != uncommitted_.end(), "only results that were recorded are committed, once");
    by_worker[found->second].push_back(attempt);
    uncommitted_.erase(found);
  }
  for (auto& [id, of_worker] : by_worker) {
    const WorkerState& worker = workers_.at(id);
    if (worker.here()) send(worker, protocol::Committed{.attempts = std::move(of_worker)});
  }
  conclude();
  return take_actions();
}

Actions Scheduler::tick(double now, bool heard_all) {
  check(now >= now_, "time does not go back");
  if (heard_all) heard_seconds_ += std::min(now - now_, kMostHeardSeconds);
  now_ = now;
  while (const auto silent = leases_.pop_passed(heard_seconds_)) {
    give_up_silent(workers_.at(*silent));
  }
  while (const auto late = goodbyes_.pop_passed(heard_seconds_)) {
    lose(workers_.at(*late), "did not say goodbye in time");
  }
  while (!heartbeats_.empty() && heartbeats_.front().first <= now_) {
    WorkerState& worker = workers_.at(heartbeats_.front().second);
    heartbeats_.pop_front();
    worker.gets_heartbeats = false;
    // One that left hears on: under MPI its rank stays to the end of the run, unless the coordinator is gone.
    if (worker.phase == WorkerPhase::kLost) continue;
    send(worker, protocol::CoordinatorHeartbeat{});
    begin_heartbeats(worker, now_ + options_.welcome.heartbeat_seconds);
  }
  stop_if_too_late();
  conclude();
  return take_actions();
}

void Scheduler::on(WorkerState& worker, protocol::WorkerHello hello) {
  if (worker.said_hello) return;
  worker.said_hello = true;
  worker.host = hello.host;
  worker.name += " (" + hello.host + ", " + hello.device + ")";
  worker.may_stack = hello.device.starts_with("cuda");
  record(results::WorkerSeen{.worker = worker.id, .hello = std::move(hello)});
  if (worker.phase != WorkerPhase::kJoining) return;
  worker.phase = WorkerPhase::kActive;
  renew_lease(worker);
  ++progress_.workers;
  hungry_.insert(worker.id);
  feed(worker);
}

void Scheduler::on(WorkerState&, protocol::WorkerHeartbeat) {}

void Scheduler::on(WorkerState& worker, protocol::AttemptProgress progress) {
  Gang* const gang = gang_of(worker, progress.attempt);
  Attempt* attempt = gang == nullptr ? worker.line.find(progress.attempt) : &gang->attempt;
  if (attempt == nullptr || (gang != nullptr && gang->leader() != worker.id)) return;
  if (gang == nullptr) begin_bundle(worker, attempt->bundle);
  if (gang == nullptr || gang->has_advanced(progress.step)) observe_update(worker, *attempt);
  const auto steps = static_cast<double>(queue_.trial(attempt->index).settings.training.steps);
  const double flops_done = attempt->flops * std::clamp(static_cast<double>(progress.step) / steps, 0.0, 1.0);
  progress_.flops_done += flops_done - attempt->flops_done;
  attempt->flops_done = flops_done;
  record_progress(worker, *attempt, progress);
}

// Every second, less often where there are thousands of workers: at most a thousand records a second.
void Scheduler::record_progress(WorkerState& worker, const Attempt& attempt,
                                const protocol::AttemptProgress& progress) {
  constexpr double kSecondsAWorker = 1e-3;
  if (now_ < worker.next_progress) return;
  worker.next_progress = now_ + std::max(1.0, kSecondsAWorker * static_cast<double>(here_));
  record(results::WorkerProgress{.worker = worker.id,
                                 .trial = queue_.trial(attempt.index).trial,
                                 .step = progress.step,
                                 .steps_per_second = progress.steps_per_second});
}

void Scheduler::on(WorkerState& worker, protocol::AttemptDone done) {
  if (Gang* const gang = gang_of(worker, done.attempt)) return gang_done(worker, *gang, std::move(done));
  const Attempt* held = worker.line.find(done.attempt);
  if (held == nullptr) return drop_late(worker, done);
  begin_bundle(worker, held->bundle);
  observe_update(worker, *held);  // it may have been too short for a message on its way
  const Attempt attempt = take_attempt(worker, done.attempt);
  const double seconds = done.result.train_seconds + done.result.measure_seconds;
  worker.speed.observe(seconds, attempt.flops);
  queue_.observe(attempt.index, seconds);
  worker.failures.reset();
  worker.unstarted_bundles.clear();
  finish_trial(worker, attempt, std::move(done));
  begin_first_bundle(worker);
  feed(worker);
}

void Scheduler::finish_trial(const WorkerState& worker, const Attempt& attempt, protocol::AttemptDone done) {
  --unfinished_;
  ++progress_.done;
  ++progress_.done_now;
  progress_.flops_done += attempt.flops;
  progress_.flops_left -= attempt.flops;
  uncommitted_[done.attempt] = worker.id;
  record(results::AttemptSucceeded{
      .attempt = done.attempt, .trial = queue_.trial(attempt.index).trial, .result = std::move(done.result)});
}

void Scheduler::on(WorkerState& worker, protocol::AttemptsReturned returned) {
  for (const protocol::AttemptId attempt : returned.attempts) {
    if (Gang* const gang = gang_of(worker, attempt)) {
      member_failed(worker, *gang,
                    {.attempt = attempt,
                     .reason = protocol::EndReason::kStopped,
                     .message = "handed back before it began"});
    }
    if (worker.line.find(attempt) == nullptr) continue;
    plan_again(worker, attempt, protocol::EndReason::kStopped, "handed back before it began");
  }
  begin_first_bundle(worker);
  feed_hungry();
  feed(worker);
}

void Scheduler::on(WorkerState& worker, protocol::WorkerGoodbye) {
  for (const protocol::AttemptId attempt : worker.line.all()) {
    plan_again(worker, attempt, protocol::EndReason::kWorkerLost, worker.name + " left without an answer");
  }
  retire(worker, WorkerPhase::kGone, worker.phase == WorkerPhase::kDraining ? "drained" : "finished");
  leave_gang(worker, worker.name + " left without an answer");
  feed_hungry();
}

template <class NotFromAgents>
void Scheduler::on(WorkerState& worker, NotFromAgents) {
  lose(worker, "sent a message that agents never send");
}

void Scheduler::feed(WorkerState& worker) {
  if (options_.gang > 1) return form_gangs();
  while (wants_more(worker)) dispatch(worker);
}

void Scheduler::feed_hungry() {
  if (phase_ != Phase::kRunning || queue_.waiting() == 0) return;
  if (options_.gang > 1) return form_gangs();
  for (const protocol::WorkerId id : std::vector(hungry_.begin(), hungry_.end())) {
    if (queue_.waiting() > 0 && reaches_checkpoint(workers_.at(id))) dispatch(workers_.at(id));
  }
}

bool Scheduler::wants_more(const WorkerState& worker) const {
  if (phase_ != Phase::kRunning || worker.phase != WorkerPhase::kActive || queue_.waiting() == 0 ||
      worker.stacks.asked()) {
    return false;
  }
  if (!reaches_checkpoint(worker)) return false;
  if (worker.line.empty()) return true;
  const std::int64_t others = here_ - 1;
  const std::int64_t most =
      most_stacked(worker, queue_.trial(queue_.next_for(worker.id)).settings).value_or(1);
  if (queue_.waiting() <= others * most) return false;
  if (worker.line.bundles() < 2) {
    return worker.speed.seconds_for(worker.line.first_flops()).value_or(0) <= kLongBundleSeconds;
  }
  const std::optional<double> prefetched = worker.speed.seconds_for(worker.line.prefetched_flops());
  return prefetched && *prefetched < options_.prefetch_seconds && worker.line.attempts() < kMostPrefetched;
}

void Scheduler::dispatch(WorkerState& worker) {
  const trial::Settings& next = queue_.trial(queue_.next_for(worker.id)).settings;
  const std::optional<std::int64_t> most = most_stacked(worker, next);
  if (!most) return ask_for_stack(worker, next);
  const double most_flops = *most > 1 ? fair_flops(worker) : 0;
  const std::vector<TrialQueue::Index> trials = queue_.take(*most, most_flops, worker.id);
  const protocol::AttemptId first = next_attempt_;
  std::vector<double> flops;
  protocol::Assign assign;
  for (const TrialQueue::Index index : trials) {
    flops.push_back(queue_.flops(index));
    assign.bundle.push_back(assignment_of(index));
  }
  worker.line.add(first, trials, flops);
  hungry_.erase(worker.id);
  send(worker, std::move(assign));
  begin_first_bundle(worker);
}

protocol::Assignment Scheduler::assignment_of(TrialQueue::Index index) {
  const results::OpenTrial& trial = queue_.trial(index);
  return {.attempt = next_attempt_++,
          .trial = trial.trial,
          .key = trial.key,
          .settings = trial.settings,
          .parameters = trial.parameters,
          .keep_model = options_.keep_models.keep(trial.settings)};
}

void Scheduler::begin_bundle(WorkerState& worker, protocol::AttemptId bundle) {
  const std::vector<protocol::AttemptId> begun = worker.line.begin(bundle);
  await_first_update(worker, begun);
  for (const protocol::AttemptId attempt : begun) {
    ++progress_.running;
    record(results::AttemptStarted{.attempt = attempt,
                                   .trial = queue_.trial(worker.line.find(attempt)->index).trial,
                                   .worker = worker.id});
  }
}

void Scheduler::begin_first_bundle(WorkerState& worker) {
  if (!worker.line.empty()) {
    begin_bundle(worker, worker.line.first_bundle());
  } else if (worker.phase == WorkerPhase::kActive && !worker.stacks.asked()) {
    hungry_.insert(worker.id);
  }
}

Attempt Scheduler::take_attempt(WorkerState& worker, protocol::AttemptId number) {
  const Attempt attempt = *worker.line.find(number);
  if (worker.line.began(attempt)) --progress_.running;
  progress_.flops_done -= attempt.flops_done;
  worker.line.remove(number);
  return attempt;
}

void Scheduler::renew_lease(const WorkerState& worker) {
  leases_.set(worker.id,
              heard_seconds_ + (worker.said_hello ? options_.lease_seconds : options_.join_seconds));
}

void Scheduler::begin_heartbeats(WorkerState& worker, double first) {
  if (std::exchange(worker.gets_heartbeats, true)) return;
  heartbeats_.emplace_back(first, worker.id);
}

void Scheduler::conclude() {
  if (phase_ == Phase::kRunning) {
    if (unfinished_ == 0 && uncommitted_.empty() && gangs_.empty()) {
      all_ended();
    } else if (here_ == 0 && unfinished_ > 0) {
      phase_ = Phase::kShuttingDown;
      why_ = "no worker is left";
    } else if (unfinished_ > 0 && is_short_of_members()) {
      dismiss_all(Phase::kDraining,
                  "too few workers are left for gpus_per_trial = " + std::to_string(options_.gang));
    }
  }
  const bool is_ending = phase_ == Phase::kDraining || phase_ == Phase::kShuttingDown;
  if (is_ending && here_ == 0) {
    phase_ = Phase::kFinished;
    actions_.emplace_back(Finish{.ending = ending()});
  }
}

void Scheduler::all_ended() {
  if (asked_for_trials_) return;
  if (options_.may_grow && beyond_limit_ == 0) {
    options_.may_grow = false;
    asked_for_trials_ = true;
    actions_.emplace_back(AskForTrials{});
  } else {
    dismiss_all(Phase::kShuttingDown, "");
  }
}

Actions Scheduler::grow(std::vector<results::OpenTrial> trials) {
  check(asked_for_trials_, "trials are added when they were asked for");
  asked_for_trials_ = false;
  const std::int64_t before = queue_.size();
  queue_.append(std::move(trials));
  const std::int64_t added = queue_.size() - before;
  unfinished_ += added;
  progress_.trials += added;
  progress_.trials_now += added;
  for (std::int64_t i = before; i < queue_.size(); ++i)
    progress_.flops_left += queue_.flops(static_cast<TrialQueue::Index>(i));
  feed_hungry();
  conclude();
  return take_actions();
}

Ending Scheduler::ending() const {
  Ending ending = {.end = RunEnd::kAllDone, .why = "", .every_worker_left = lost_ == 0, .error = error_};
  if (unfinished_ > 0 || asked_for_trials_) {
    ending.end = RunEnd::kStopped;
    ending.why = why_;
  } else if (beyond_limit_ > 0) {
    ending.end = RunEnd::kStopped;
    ending.why = "the limit on trials is reached";
  } else if (progress_.failed > 0) {
    ending.end = RunEnd::kSomeFailed;
  }
  return ending;
}

Actions Scheduler::take_actions() {
  return std::exchange(actions_, {});
}

void Scheduler::send(const WorkerState& worker, protocol::Message message) {
  actions_.emplace_back(SendMessage{.worker = worker.id, .message = std::move(message)});
}

void Scheduler::record(results::Record record) {
  actions_.emplace_back(WriteRecord{.record = std::move(record)});
}

void Scheduler::record_event(std::string kind, std::string message, const WorkerState& worker,
                             std::optional<protocol::TrialId> trial) {
  record(results::Event{
      .kind = std::move(kind), .message = std::move(message), .trial = trial, .worker = worker.id});
}

}  // namespace headsweep::orchestrator
