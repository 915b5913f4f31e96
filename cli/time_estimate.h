// How long a plan takes to train on this machine: from a calibration of about two seconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sweep/plan.h"
#include "worker/agent/trainer_device.h"

namespace headsweep::cli {

// As `headsweep run` takes them.
struct Workers {
  std::vector<agent::TrainerDevice> devices;  // one a worker
  std::int64_t threads;
  std::string step;
  bool tf32;

  [[nodiscard]] std::int64_t count() const { return std::ssize(devices); }
};

struct TimeEstimate {
  double seconds;              // from the first dispatch to the last result
  double trial_seconds;        // of all trials, one after the other
  std::size_t kinds;           // of trials that differ in what they cost
  std::size_t measured_kinds;  // of these; the others are scaled from the nearest by their operations
};

// Trains and measures a little of each kind of trial, on as many trainers at once as there are workers, on CPUs at most
// one a core: they share caches and memory as in the run. Throws UserError if the trainer cannot be started.
TimeEstimate estimate_time(const sweep::Plan& plan, const Workers& workers,
                           const std::filesystem::path& trainer);

}  // namespace headsweep::cli
