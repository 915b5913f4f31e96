// From the chunks' gradients to new weights, and what the update's batch came to.
#pragma once

#include <cmath>
#include <cstdint>

#include "worker/stacked/arithmetic.h"
#include "worker/stacked/cross_entropy.h"
#include "worker/stacked/trial_rows.h"
#include "worker/stacked/weight_gradient.h"

namespace headsweep::stacked {

// gradients[i] = sum over the chunks, in their order, for all parameters behind the embeddings, whose gradients are
// whole already. What gains are multiplied into is still without them (GainGradient).
// Grid: ((parameters - first) / kThreads, 1, trials).
struct SumChunks {
  static constexpr int kThreads = 256;
  static constexpr int kBlocksAtOnce = 8;

  Trials trials;
  std::int64_t first;
  std::int64_t parameters;
  PerTrial<const float> chunks;  // [kGradientChunks][chunk_stride]
  std::int64_t chunk_stride;
  PerTrial<float> gradients;

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    block.each_thread([&](int thread) {
      const std::int64_t i = first + static_cast<std::int64_t>(block.x()) * kThreads + thread;
      if (i >= parameters) return;
      float sum = 0;
      HEADSWEEP_UNROLL
      for (int chunk = 0; chunk < kGradientChunks; ++chunk) sum += chunks.of(trial)[chunk * chunk_stride + i];
      gradients.of(trial)[i] = sum;
    });
  }
};

// A norm's gain g and the maps W behind it. Their gradients so far, G, are those of the map whose input lacks the gain:
//   d_g[c] = sum over rows o of W[o][c] G[o][c];   d_W[o][c] = g[c] G[o][c]
struct GainedMap {
  std::int64_t gain;  // flat
  int columns;
  MapParts parts;
};

// A block owns kColumns columns of a gain; kThreads / kColumns threads share a column's rows.
// Grid: (columns / kColumns, gains, trials).
struct GainGradient {
  static constexpr int kThreads = 256;
  static constexpr int kBlocksAtOnce = 4;
  static constexpr int kColumns = 32;
  static constexpr int kSharers = kThreads / kColumns;

  Trials trials;
  const GainedMap* maps;
  PerTrial<const float> parameters;
  PerTrial<float> gradients;

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    const GainedMap& map = maps[block.y()];
    float* const partial = block.template shared<float>(0);  // [kSharers][kColumns]
    block.each_thread([&](int thread) {
      const int column = block.x() * kColumns + thread % kColumns;
      partial[thread] = column < map.columns ? weigh(map, trial, column, thread / kColumns) : 0.0F;
    });
    block.barrier();
    block.each_thread([&](int thread) {
      const int column = block.x() * kColumns + thread;
      if (thread >= kColumns || column >= map.columns) return;
      float sum = 0;
      for (int sharer = 0; sharer < kSharers; ++sharer) sum += partial[sharer * kColumns + thread];
      gradients.of(trial)[map.gain + column] = sum;
    });
  }

 private:
  HEADSWEEP_HOST_DEVICE float weigh(const GainedMap& map, int trial, int column, int sharer) const {
    const float* const flat = parameters.of(trial);
    float* const gradient = gradients.of(trial);
    const float gain = flat[map.gain + column];
    float sum = 0;
    for (int part = 0; part < map.parts.count; ++part) {
      for (int row = sharer; row < map.parts.of[part].rows; row += kSharers) {
        const std::int64_t place =
            map.parts.of[part].weight + static_cast<std::int64_t>(row) * map.columns + column;
        sum = multiply_add(flat[place], gradient[place], sum);
        gradient[place] *= gain;
      }
    }
    return sum;
  }
};

// Adam (Kingma and Ba 2015) as worker/trainer/adam.h defines it. Grid: (parameters / kThreads, 1, trials).
struct Adam {
  static constexpr int kThreads = 256;
  static constexpr int kBlocksAtOnce = 8;

  Trials trials;
  std::int64_t count;
  PerTrial<const float> gradients;
  PerTrial<float> parameters;
  PerTrial<float> first_moments;
  PerTrial<float> second_moments;

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    const TrialState& state = trials.states[trial];
    block.each_thread([&](int thread) {
      const std::int64_t i = static_cast<std::int64_t>(block.x()) * kThreads + thread;
      if (i >= count) return;
      const float gradient = gradients.of(trial)[i];
      float& first = first_moments.of(trial)[i];
      float& second = second_moments.of(trial)[i];
      first = multiply_add(0.1F, gradient - first, first);
      second = multiply_add(gradient * gradient, 0.001F, 0.999F * second);
      const float denominator = multiply_add(std::sqrt(second), state.inverse_correction, 1e-8F);
      parameters.of(trial)[i] -= state.step_size * (first / denominator);
    });
  }
};

// The batch's outcome, and on to the next update. Sums in a fixed order. Grid: (1, 1, trials).
struct FinishUpdate {
  static constexpr int kThreads = 256;
  static constexpr int kBlocksAtOnce = 4;
  static constexpr int kSharedBytes = kThreads * 12;

  Trials trials;
  int stack;
  int rows;
  PerTrial<const RowOutcome> row_outcomes;
  TrialOutcome* outcomes;  // [updates of the run][stack]

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    TrialState& state = trials.states[trial];
    double* const losses = block.template shared<double>(0);
    int* const correct = block.template shared<int>(kThreads * 8);
    block.each_thread([&](int thread) {
      losses[thread] = 0;
      correct[thread] = 0;
      for (int row = thread; row < rows; row += kThreads) {
        losses[thread] += static_cast<double>(row_outcomes.of(trial)[row].loss);
        correct[thread] += row_outcomes.of(trial)[row].is_correct;
      }
    });
    block.barrier();
    block.each_thread([&](int thread) {
      if (thread != 0) return;
      double loss = 0;
      int count = 0;
      for (int i = 0; i < kThreads; ++i) {
        loss += losses[i];
        count += correct[i];
      }
      const auto positions = static_cast<double>(state.loss_positions);
      outcomes[state.update * stack + trial] = {loss / positions, count / positions};
      ++state.step;
      ++state.update;
    });
  }
};

}  // namespace headsweep::stacked
