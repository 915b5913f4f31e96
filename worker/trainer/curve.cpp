#include "worker/trainer/curve.h"

#include "errors/check.h"
#include "tasks/task.h"
#include "trial/task_shape.h"

namespace headsweep::trainer {

bool is_curve_step(const trial::Settings& settings, std::int64_t step) {
  const std::int64_t steps = settings.training.steps;
  const std::int64_t stride = (steps + kCurvePoints - 1) / kCurvePoints;
  return step % stride == 0 || step == steps || is_measured_step(settings, step);
}

bool is_measured_step(const trial::Settings& settings, std::int64_t step) {
  return settings.measure.every > 0 && step % settings.measure.every == 0;
}

std::optional<std::int64_t> steps_to_90(const trial::Settings& settings,
                                        std::span<const protocol::CurvePoint> curve) {
  const tasks::Task* const task = tasks::find_task(settings.training.task);
  check(task != nullptr, "checked settings name a known task");
  const double enough = 0.9 * task->ceiling_accuracy(trial::task_shape(settings));
  for (const protocol::CurvePoint& point : curve) {
    if (point.accuracy >= enough) return point.step;
  }
  return std::nullopt;
}

}  // namespace headsweep::trainer
