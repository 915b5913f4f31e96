// How many trials a bundle holds.
#include <algorithm>

#include "orchestrator/scheduler.h"

namespace headsweep::orchestrator {

std::optional<std::int64_t> Scheduler::most_stacked(const WorkerState& worker,
                                                    const trial::Settings& settings) const {
  if (options_.stack) return options_.stack;
  if (!worker.may_stack) return 1;
  return worker.stacks.find(trial::stack_shape(settings));
}

void Scheduler::ask_for_stack(WorkerState& worker, const trial::Settings& settings) {
  worker.stacks.ask(trial::stack_shape(settings));
  hungry_.erase(worker.id);
  send(worker, protocol::ChooseStack{settings});
}

void Scheduler::on(WorkerState& worker, protocol::StackChosen chosen) {
  if (!worker.stacks.asked() || chosen.trials < 1) return lose(worker, "answered what it was not asked");
  worker.stacks.answer(chosen.trials);
  record_event("stack", worker.name + " trains " + std::to_string(chosen.trials) + " trials at once", worker);
  begin_first_bundle(worker);
  feed(worker);
}

double Scheduler::fair_flops(const WorkerState& worker) const {
  double left = progress_.flops_left;
  double all_speeds = 0;  // of the workers whose speed is known
  std::int64_t known = 0;
  std::int64_t workers = 0;
  for (const auto& [id, other] : workers_) {
    if (other.phase != WorkerPhase::kJoining && other.phase != WorkerPhase::kActive) continue;
    ++workers;
    left -= other.line.flops_done();
    const std::optional<double> speed = other.speed.flops_per_second();
    if (!speed) continue;
    ++known;
    all_speeds += *speed;
  }
  // One whose speed is not known counts as an average one.
  const double average = known > 0 ? all_speeds / static_cast<double>(known) : 1;
  const double own = worker.speed.flops_per_second().value_or(average);
  const double own_left = worker.line.flops() - worker.line.flops_done();
  return std::max(0.0, left) * own / (average * static_cast<double>(workers)) - own_left;
}

}  // namespace headsweep::orchestrator
