// How long a plan takes to train on this machine: from a calibration of about two seconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "sweep/plan.h"

namespace headsweep::cli {

// As `headsweep run` takes them.
struct Workers {
  std::int64_t count;
  std::int64_t threads;
  std::string device;
  std::string step;
};

struct TimeEstimate {
  double seconds;              // from the first dispatch to the last result
  double trial_seconds;        // of all trials, one after the other
  std::size_t kinds;           // of trials that differ in what they cost
  std::size_t measured_kinds;  // of these; the others are scaled from the nearest by their operations
};

// Trains and measures a little of each kind of trial, on as many trainers at once as there are workers, though at most
// one a core: they share caches and memory as in the run. Throws UserError if the trainer cannot be started.
TimeEstimate estimate_time(const sweep::Plan& plan, const Workers& workers,
                           const std::filesystem::path& trainer);

}  // namespace headsweep::cli
