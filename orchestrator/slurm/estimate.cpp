#include "orchestrator/slurm/estimate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "orchestrator/slurm/time_limit.h"

namespace headsweep::slurm {
namespace {

std::string hours_text(double seconds) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.3g", seconds / 3600);
  return text.data();
}

std::string counted(std::int64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

std::string describe(const Estimate& estimate) {
  const std::string unit = estimate.gpus ? "GPU" : "worker";
  std::string text = counted(estimate.open, "trial") + " to train";
  if (estimate.open == 0) return text;
  if (estimate.measured == 0) {
    return text + "; how long that takes is known once a trial is trained on " +
           (estimate.gpus ? "a GPU" : "a CPU");
  }
  text += ", " + hours_text(estimate.worker_seconds) + " " + unit + " hours (by " +
          counted(estimate.measured, "trial") + " in the store)";
  if (!estimate.workers || !estimate.slot_seconds) return text;
  const double slots = std::ceil(estimate.worker_seconds / static_cast<double>(*estimate.workers) /
                                 static_cast<double>(std::max<std::int64_t>(*estimate.slot_seconds, 1)));
  return text + ": " + counted(*estimate.workers, unit) + (*estimate.workers == 1 ? " needs " : " need ") +
         counted(std::max<std::int64_t>(std::llround(slots), 1), "slot") + " that train for " +
         time_limit_text(*estimate.slot_seconds);
}

}  // namespace headsweep::slurm
