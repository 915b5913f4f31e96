// The end of the time that the run has: nothing begins that could not be checkpointed before it.
#include <algorithm>

#include "orchestrator/scheduler.h"

namespace headsweep::orchestrator {
namespace {

// A bundle may take so many times as long as the last one did.
constexpr double kSafety = 2;

}  // namespace

void Scheduler::await_first_update(WorkerState& worker, const std::vector<protocol::AttemptId>& bundle) {
  if (bundle.empty()) return;
  double flops = 0;
  for (const protocol::AttemptId attempt : bundle) {
    flops += queue_.flops_of_update(worker.line.find(attempt)->index);
  }
  worker.awaited = {.bundle = worker.line.find(bundle.front())->bundle, .since = now_, .flops = flops};
}

void Scheduler::observe_update(WorkerState& worker, const Attempt& attempt) {
  if (!worker.awaited || worker.awaited->bundle != attempt.bundle) return;
  checkpoint_times_.observe(worker.id, now_ - worker.awaited->since, worker.awaited->flops);
  worker.awaited.reset();
}

// What it trains before the next bundle's turn comes counts by its own speed; nothing is prefetched while that is unknown.
bool Scheduler::reaches_checkpoint(const WorkerState& worker) const {
  if (!stops_at_ || queue_.waiting() == 0) return true;
  const std::optional<double> busy =
      worker.line.empty() ? 0.0 : worker.speed.seconds_for(worker.line.flops());
  if (!busy) return false;
  const TrialQueue::Index next = queue_.next_for(worker.id);
  const std::int64_t most = most_stacked(worker, queue_.trial(next).settings).value_or(1);
  const double flops = queue_.flops_of_update(next) * static_cast<double>(most);
  return now_ + *busy + kSafety * checkpoint_times_.seconds_for(worker.id, flops) < *stops_at_;
}

// Where everybody idles because of that, the run ends now.
void Scheduler::stop_if_too_late() {
  const bool all_idle = !hungry_.empty() && std::ssize(hungry_) == progress_.workers;
  if (phase_ != Phase::kRunning || !stops_at_ || queue_.waiting() == 0 || !all_idle) return;
  const auto can_begin = [&](protocol::WorkerId id) { return reaches_checkpoint(workers_.at(id)); };
  if (options_.gang > 1) {
    if (std::ssize(hungry_) < options_.gang) return;
    if (can_begin(choose_members(hungry_, workers_, options_.gang).front())) return;
  } else if (std::ranges::any_of(hungry_, can_begin)) {
    return;
  }
  begin_stop("the walltime is nearly over: no other trial would reach a checkpoint");
}

}  // namespace headsweep::orchestrator
