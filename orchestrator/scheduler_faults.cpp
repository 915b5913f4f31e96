// What the scheduler does when trials fail, workers vanish or the run is to end.
#include "orchestrator/scheduler.h"

namespace headsweep::orchestrator {
namespace {

using protocol::EndReason;
using results::TrialState;

// Whether any trial of a bundle may be to blame: so where its trainer dies, and where it reports an error, as of a bundle that
// does not fit into memory. A trial diverges by itself.
bool may_be_anyones(EndReason reason) {
  return !protocol::is_interruption(reason) && reason != EndReason::kCannotStart &&
         reason != EndReason::kDiverged;
}

}  // namespace

void Scheduler::on(WorkerState& worker, protocol::AttemptFailed failed) {
  if (Gang* const gang = gang_of(worker, failed.attempt)) {
    return member_failed(worker, *gang, std::move(failed));
  }
  const Attempt* held = worker.line.find(failed.attempt);
  if (held == nullptr) return drop_late(worker, failed);
  begin_bundle(worker, held->bundle);
  const bool in_company = worker.line.bundle_size(*held) > 1 && may_be_anyones(failed.reason);
  const Attempt attempt = take_attempt(worker, failed.attempt);
  const TrialState state = count_failure(worker, attempt, failed.reason, in_company);
  const protocol::AttemptFailed failure = failed;
  end_failed(attempt, std::move(failed), state, in_company);
  feed_hungry();  // before this worker is one of them: others are to try first
  begin_first_bundle(worker);
  judge(worker, failure);
  feed(worker);
}

void Scheduler::end_failed(const Attempt& attempt, protocol::AttemptFailed failed, TrialState state,
                           bool in_company) {
  if (state == TrialState::kPlanned) {
    queue_.put_back(attempt.index);
  } else {
    --unfinished_;
    ++progress_.failed;
    progress_.flops_left -= attempt.flops;
  }
  record(results::AttemptEnded{.trial = queue_.trial(attempt.index).trial,
                               .failure = std::move(failed),
                               .trial_state = state,
                               .in_company = in_company});
}

TrialState Scheduler::count_failure(WorkerState& worker, const Attempt& attempt, EndReason reason,
                                    bool in_company) {
  if (protocol::is_interruption(reason)) return TrialState::kPlanned;
  queue_.avoid(attempt.index, worker.id);
  if (reason == EndReason::kCannotStart) {
    worker.unstarted_bundles.insert(attempt.bundle);
    return TrialState::kPlanned;
  }
  worker.unstarted_bundles.clear();
  worker.failures.add(attempt.index, in_company ? std::optional(attempt.bundle) : std::nullopt,
                      progress_.done_now);
  if (in_company) {
    // Nobody knows which of them it was: alone, the guilty one shows.
    queue_.train_alone(attempt.index);
    return TrialState::kPlanned;
  }
  return queue_.count_failure(attempt.index) > options_.retries ? TrialState::kFailed : TrialState::kPlanned;
}

void Scheduler::plan_again(WorkerState& worker, protocol::AttemptId number, EndReason reason,
                           const std::string& why) {
  const bool began = worker.line.began(*worker.line.find(number));
  const Attempt attempt = take_attempt(worker, number);
  queue_.put_back(attempt.index);
  if (!began) return;
  record(results::AttemptEnded{.trial = queue_.trial(attempt.index).trial,
                               .failure = {.attempt = number, .reason = reason, .message = why},
                               .trial_state = TrialState::kPlanned});
}

void Scheduler::drop_late(WorkerState& worker, const protocol::Message& message) {
  const auto* done = std::get_if<protocol::AttemptDone>(&message);
  if (done == nullptr) return;  // only a result is worth a line in the log
  const auto lost = worker.lost_attempts.find(done->attempt);
  const bool is_known = lost != worker.lost_attempts.end();
  record_event(
      "late_result",
      "the result of attempt " + std::to_string(done->attempt) + " came after the attempt was given up",
      worker, is_known ? std::optional(lost->second) : std::nullopt);
}

void Scheduler::judge(WorkerState& worker, const protocol::AttemptFailed& failure) {
  if (phase_ != Phase::kRunning || worker.phase != WorkerPhase::kActive) return;
  if (failure.reason == EndReason::kCannotWrite) return do_without(worker, failure.message);
  if (std::ssize(worker.unstarted_bundles) >= kStartFailures) {
    do_without(worker, "cannot start its trainer: " + failure.message);
  } else if (!is_last() && worker.failures.length() >= kBadWorkerFailures &&
             progress_.done_now > worker.failures.finished_at_begin()) {
    drain(worker,
          "failed " + std::to_string(kBadWorkerFailures) + " trials in a row while others finished some");
  }
}

// It is of no use. Where it is the last one the run is over.
void Scheduler::do_without(WorkerState& worker, const std::string& why) {
  if (!is_last()) return drain(worker, why);
  error_ = worker.name + " " + why;
  dismiss_all(Phase::kDraining, *error_);
}

void Scheduler::drain(WorkerState& worker, const std::string& why) {
  record_event("worker_drained", worker.name + " " + why, worker);
  --progress_.workers;
  hungry_.erase(worker.id);
  worker.phase = WorkerPhase::kDraining;
  goodbyes_.set(worker.id, heard_seconds_ + options_.goodbye_seconds);
  send(worker, protocol::Drain{.why = why});
}

void Scheduler::lose(WorkerState& worker, const std::string& why) {
  const std::string message = worker.name + " " + why;
  for (const protocol::AttemptId attempt : worker.line.all()) {
    worker.lost_attempts[attempt] = queue_.trial(worker.line.find(attempt)->index).trial;
    plan_again(worker, attempt, EndReason::kWorkerLost, message);
  }
  ++lost_;
  actions_.emplace_back(GiveUpWorker{.worker = worker.id});
  record_event("worker_lost", message, worker);
  retire(worker, WorkerPhase::kLost, "lost");
  leave_gang(worker, message);
  feed_hungry();
}

void Scheduler::retire(WorkerState& worker, WorkerPhase phase, const std::string& state) {
  if (worker.phase == WorkerPhase::kActive) --progress_.workers;
  --here_;
  hungry_.erase(worker.id);
  leases_.clear(worker.id);
  goodbyes_.clear(worker.id);
  worker.phase = phase;
  if (worker.said_hello) record(results::WorkerEnded{.worker = worker.id, .state = state});
}

Actions Scheduler::worker_broken(protocol::WorkerId id, const std::string& why) {
  WorkerState& worker = workers_.at(id);
  worker.may_return = false;
  if (worker.here()) lose(worker, why);
  if (worker.phase == WorkerPhase::kReturning) give_up_silent(worker);
  conclude();
  return take_actions();
}

Actions Scheduler::stop(const std::string& why) {
  if (phase_ == Phase::kRunning) begin_stop(why);
  conclude();
  return take_actions();
}

void Scheduler::begin_stop(const std::string& why) {
  record(results::Event{.kind = "stopped", .message = why, .trial = std::nullopt, .worker = std::nullopt});
  dismiss_all(Phase::kDraining, why);
}

Actions Scheduler::abort(const std::string& why) {
  error_ = why;
  if (phase_ == Phase::kRunning || phase_ == Phase::kDraining) dismiss_all(Phase::kShuttingDown, why);
  conclude();
  return take_actions();
}

void Scheduler::dismiss_all(Phase phase, const std::string& why) {
  phase_ = phase;
  why_ = why;
  hungry_.clear();
  for (auto& [id, worker] : workers_) {
    if (worker.here()) dismiss(worker);
  }
}

void Scheduler::dismiss(WorkerState& worker) {
  const bool is_draining = worker.phase == WorkerPhase::kDraining;
  if (is_draining && phase_ == Phase::kDraining) return;
  if (worker.phase == WorkerPhase::kActive) --progress_.workers;
  goodbyes_.set(worker.id, heard_seconds_ + options_.goodbye_seconds);
  if (phase_ == Phase::kDraining) {
    worker.phase = WorkerPhase::kDraining;
    send(worker, protocol::Drain{.why = why_});
  } else {
    worker.phase = WorkerPhase::kLeaving;
    send(worker, protocol::Shutdown{});
  }
}

}  // namespace headsweep::orchestrator
