// The first program of an update: each trial's batch, its number of loss positions, and Adam's factors.
#pragma once

#include <cmath>
#include <cstdint>

#include "worker/stacked/arithmetic.h"
#include "worker/stacked/trial_rows.h"

namespace headsweep::stacked {

// Grid: (1, 1, trials).
struct BeginUpdate {
  static constexpr int kThreads = 256;
  static constexpr int kBlocksAtOnce = 4;

  Trials trials;
  int stack;   // trials of the bundle, active or not
  int batch;   // sequences
  int length;  // positions
  const std::uint64_t*
      sample_of;  // [updates of the run][stack][batch]: which sample: of those kept, or to be drawn
  PerTrial<std::int32_t> tokens;  // [batch][length]
  PerTrial<std::int32_t> targets;

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    const TrialRow& row = trials.rows[trial];
    TrialState& state = trials.states[trial];
    const std::uint64_t* const samples = sample_of + (state.update * stack + trial) * batch;
    int* const counts = block.template shared<int>(0);  // [kThreads]
    block.each_thread([&](int thread) {
      int count = 0;
      for (int i = thread; i < batch * length; i += kThreads) {
        const std::int64_t sample = row.keeps_samples ? static_cast<std::int64_t>(samples[i / length])
                                                      : state.update * batch + i / length;
        const std::int64_t place = sample * length + i % length;
        const std::int32_t target = row.targets[place];
        tokens.of(trial)[i] = row.tokens[place];
        targets.of(trial)[i] = target;
        count += target >= 0 ? 1 : 0;
      }
      counts[thread] = count;
    });
    block.barrier();
    block.each_thread([&](int thread) {
      if (thread != 0) return;
      int positions = 0;
      for (int i = 0; i < kThreads; ++i) positions += counts[i];
      const auto update = static_cast<double>(state.step + 1);
      state.loss_positions = positions;
      state.loss_scale = static_cast<float>(1.0 / positions);
      state.step_size = static_cast<float>(row.learning_rate / (1 - std::pow(0.9, update)));
      state.inverse_correction = static_cast<float>(1 / std::sqrt(1 - std::pow(0.999, update)));
    });
  }
};

}  // namespace headsweep::stacked
