// What the programs know of each trial of a stack, in the device's memory.
#pragma once

#include <cstdint>

#include "random/host_device.h"

namespace headsweep::stacked {

// Bytes of one query's row of TrialRow::visible.
HEADSWEEP_HOST_DEVICE constexpr int bit_bytes(int length) {
  return (length + 7) / 8;
}

// Fixed while the trial is trained.
struct TrialRow {
  std::uint32_t seed;
  std::uint32_t dropout_threshold;  // of 65536 (worker/trainer/dropout_mask.h); 0: no dropout
  float dropout_scale;              // of what is kept
  double learning_rate;
  std::int32_t* tokens;   // [samples][length]: what batches are made of
  std::int32_t* targets;  // the same; negative: no loss
  bool
      keeps_samples;  // they stay; else they are drawn anew for every run (draw_samples.h), in the order of use
  // Bit key % 8 of visible[query * bit_bytes(length) + key / 8]: whether the query sees the key. Null: all up to it.
  const std::uint8_t* visible;
  std::int64_t visible_stride;  // bytes from one head's to the next; 0: all heads see the same
};

// Of the update that is being made. Only the trial's own blocks touch it.
struct TrialState {
  std::int64_t step;         // number of the update, from 0
  std::int64_t update;       // the same, counted from the first one of this run
  float step_size;           // of Adam: learning rate / (1 - beta1^update)
  float inverse_correction;  // of Adam: 1 / sqrt(1 - beta2^update)
  float loss_scale;          // 1 / positions with a loss
  std::int32_t loss_positions;
};

// Of one update of one trial.
struct TrialOutcome {
  double loss;      // mean over the loss positions
  double accuracy;  // fraction of them
};

// Arguments of nearly every program: the trials that take part, and where their states are.
struct Trials {
  const TrialRow* rows;
  TrialState* states;
  const std::int32_t* active;  // block.z() counts these; their numbers index everything else

  [[nodiscard]] HEADSWEEP_HOST_DEVICE int number(int z) const { return active[z]; }
};

// A buffer with equal room for every trial.
template <class T>
struct PerTrial {
  T* base;
  std::int64_t stride;  // elements

  [[nodiscard]] HEADSWEEP_HOST_DEVICE T* of(int trial) const { return base + trial * stride; }
  [[nodiscard]] HEADSWEEP_HOST_DEVICE PerTrial from(std::int64_t offset) const {
    return {base + offset, stride};
  }
};

}  // namespace headsweep::stacked
