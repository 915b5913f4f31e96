// How long a run may take.
#pragma once

#include <chrono>
#include <optional>

namespace headsweep::cli {

class TimeLeft {
 public:
  // `walltime_seconds`: from now; to be made as the process begins.
  explicit TimeLeft(std::optional<double> walltime_seconds) : walltime_seconds_(walltime_seconds) {}

  // Until the walltime is over or the batch job ends (SLURM_JOB_END_TIME, or where that is not set or lies behind what squeue
  // says), whatever comes first; nothing where there is no end. Not negative.
  [[nodiscard]] std::optional<double> seconds() const;

 private:
  std::optional<double> walltime_seconds_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace headsweep::cli
