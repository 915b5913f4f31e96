// Softmax cross entropy of every row of logits, and its gradient in their place. A warp owns a row.
#pragma once

#include <cmath>
#include <cstdint>

#include "worker/stacked/arithmetic.h"
#include "worker/stacked/trial_rows.h"

namespace headsweep::stacked {

// Of one row: -log softmax(logits)[target], and whether the target is the first of the largest logits; zeros where the
// row has no loss.
struct RowOutcome {
  float loss;
  std::int32_t is_correct;
};

// Grid: (rows / kRows, 1, trials).
struct CrossEntropy {
  static constexpr int kThreads = 256;
  static constexpr int kBlocksAtOnce = 4;
  static constexpr int kRows = kThreads / kWarpSize;

  Trials trials;
  PerTrial<const std::int32_t> targets;  // [rows]; negative: no loss
  int rows;
  int vocabulary;
  int columns;             // of logits: the vocabulary, padded
  PerTrial<float> logits;  // [rows][columns] -> loss_scale times the gradient; zeros in the padding
  PerTrial<RowOutcome> outcomes;

  struct Lane {
    float maximum;
    float sum;
    int first;  // of the largest logits
  };

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    auto lanes = block.template per_thread<Lane>();
    block.each_warp([&](auto warp) {
      const int row = block.x() * kRows + warp.index();
      if (row >= rows) return;
      float* const of_row = logits.of(trial) + static_cast<std::int64_t>(row) * columns;
      const int target = targets.of(trial)[row];
      warp.each_lane([&](int thread) { lanes[thread] = largest(of_row, thread % kWarpSize); });
      warp.template combine<kWarpSize>([&](int thread) -> float& { return lanes[thread].maximum; },
                                       Maximum());
      warp.each_lane([&](int thread) { sum_up(of_row, thread % kWarpSize, lanes[thread]); });
      warp.template combine<kWarpSize>([&](int thread) -> float& { return lanes[thread].sum; }, Add());
      warp.template combine<kWarpSize>([&](int thread) -> int& { return lanes[thread].first; }, Minimum());
      warp.each_lane([&](int thread) {
        const Lane& lane = lanes[thread];
        if (thread % kWarpSize == 0) {
          outcomes.of(trial)[row] = target < 0
                                        ? RowOutcome{0, 0}
                                        : RowOutcome{std::log(lane.sum) + lane.maximum - of_row[target],
                                                     lane.first == target ? 1 : 0};
        }
      });
      warp.barrier();  // the target's logit is read
      warp.each_lane([&](int thread) {
        const float scale = target < 0 ? 0.0F : trials.states[trial].loss_scale;
        differentiate(of_row, thread % kWarpSize, target, scale, lanes[thread]);
      });
    });
  }

 private:
  HEADSWEEP_HOST_DEVICE Lane largest(const float* of_row, int lane) const {
    float maximum = -INFINITY;
    for (int column = lane; column < vocabulary; column += kWarpSize)
      maximum = larger(maximum, of_row[column]);
    return {maximum, 0, vocabulary};
  }

  HEADSWEEP_HOST_DEVICE void sum_up(const float* of_row, int lane, Lane& sums) const {
    for (int column = lane; column < vocabulary; column += kWarpSize) {
      const float logit = of_row[column];
      sums.sum += std::exp(logit - sums.maximum);
      if (logit == sums.maximum) sums.first = smaller(sums.first, column);
    }
  }

  HEADSWEEP_HOST_DEVICE void differentiate(float* of_row, int lane, int target, float scale,
                                           const Lane& sums) const {
    const float factor = scale / sums.sum;
    for (int column = lane; column < columns; column += kWarpSize) {
      if (column >= vocabulary || target < 0) {
        of_row[column] = 0;
      } else {
        const float share = factor * std::exp(of_row[column] - sums.maximum);
        of_row[column] = column == target ? share - scale : share;
      }
    }
  }
};

}  // namespace headsweep::stacked
