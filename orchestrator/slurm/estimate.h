// How long a sweep will take, for the person who submits it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace headsweep::slurm {

struct Estimate {
  std::int64_t open;                         // trials to train
  std::int64_t measured;                     // trials that the time is taken from; 0: it is not known
  double worker_seconds;                     // of one worker, for all of them
  bool gpus;                                 // workers are GPUs, else cores
  std::optional<std::int64_t> workers;       // of all jobs together; unset: SLURM decides
  std::optional<std::int64_t> slot_seconds;  // that a slot trains; unset: the partition's limit
};

// "24 trials to train, 3.2 GPU hours (by 12 trials in the store): 4 GPUs need 1 slot of 01:55:00 each".
std::string describe(const Estimate& estimate);

}  // namespace headsweep::slurm
