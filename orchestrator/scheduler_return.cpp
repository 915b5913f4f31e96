// What becomes of a worker that was given up for its silence and is heard again: somebody stopped its process, its host
// was busy, its line was cut.
#include "orchestrator/scheduler.h"

namespace headsweep::orchestrator {

// One that was told to leave, or had joined and was told to hand back, is not asked to return.
void Scheduler::give_up_silent(WorkerState& worker) {
  if (worker.phase == WorkerPhase::kReturning) {  // and was silent again
    leases_.clear(worker.id);
    worker.phase = WorkerPhase::kLost;
    actions_.emplace_back(GiveUpWorker{.worker = worker.id});
    return;
  }
  worker.may_return = worker.phase == WorkerPhase::kJoining || worker.phase == WorkerPhase::kActive;
  lose(worker, "was silent for too long");
}

void Scheduler::hear_again(WorkerState& worker, protocol::Message message) {
  drop_late(worker, message);
  if (std::holds_alternative<protocol::WorkerGoodbye>(message)) {  // it ends by itself
    worker.may_return = false;
    if (worker.phase == WorkerPhase::kReturning) give_up_silent(worker);
    return;
  }
  auto* const hello = std::get_if<protocol::WorkerHello>(&message);
  if (worker.phase == WorkerPhase::kLost) {
    if (!worker.may_return || phase_ != Phase::kRunning) return;
    worker.phase = WorkerPhase::kReturning;
    actions_.emplace_back(ReadmitWorker{.worker = worker.id});
    begin_heartbeats(worker, now_ + options_.welcome.heartbeat_seconds);
    // Its first hello, only late: it has nothing to drop.
    if (hello == nullptr) send(worker, protocol::GivenUp{});
  }
  if (worker.phase != WorkerPhase::kReturning) return;
  if (hello != nullptr) {
    come_back(worker, std::move(*hello));
  } else {
    renew_lease(worker);
  }
}

void Scheduler::come_back(WorkerState& worker, protocol::WorkerHello hello) {
  worker.phase = WorkerPhase::kJoining;
  worker.said_hello = false;
  worker.may_return = false;
  worker.stacks = {};  // what it was asked it does not answer any more
  worker.name = "worker " + std::to_string(worker.id);
  --lost_;
  ++here_;
  on(worker, std::move(hello));
  record_event("worker_returned", worker.name + " was heard again and joined anew", worker);
  if (phase_ != Phase::kRunning) dismiss(worker);
}

}  // namespace headsweep::orchestrator
