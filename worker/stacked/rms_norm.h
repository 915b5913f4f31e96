// RMSNorm (Zhang and Sennrich 2019) of rows without its gain, which the next map's weights carry (pack_weights.h):
//   n = x / sqrt(mean of x^2 + 2^-23)
// and what comes back through it. Eight neighbouring lanes own a row, four columns at a time.
#pragma once

#include <cstdint>

#include "worker/stacked/arithmetic.h"
#include "worker/stacked/trial_rows.h"

namespace headsweep::stacked {

inline constexpr int kLanesOfRow = 8;

// Grid: (rows / kRows, 1, trials).
struct RmsNorm {
  static constexpr int kThreads = 256;
  static constexpr int kBlocksAtOnce = 4;
  static constexpr int kRows = kThreads / kLanesOfRow;

  Trials trials;
  PerTrial<const float> x;  // [rows][width]
  int rows;
  int width;  // a multiple of four
  PerTrial<float> normed;
  PerTrial<float> inverse_rms;  // [rows]

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    auto squares = block.template per_thread<float>();
    block.each_warp([&](auto warp) {
      warp.each_lane([&](int thread) {
        const int row = smaller(block.x() * kRows + thread / kLanesOfRow, rows - 1);
        const float* const from = x.of(trial) + static_cast<std::int64_t>(row) * width;
        for (int column = thread % kLanesOfRow * 4; column < width; column += kLanesOfRow * 4) {
          const Four values = load_four(from + column);
          HEADSWEEP_UNROLL
          for (int i = 0; i < 4; ++i)
            squares[thread] = multiply_add(values.of[i], values.of[i], squares[thread]);
        }
      });
      warp.template combine<kLanesOfRow>([&](int thread) -> float& { return squares[thread]; }, Add());
      warp.each_lane([&](int thread) {
        const int row = block.x() * kRows + thread / kLanesOfRow;
        if (row >= rows) return;
        const float inverse = 1.0F / std::sqrt(squares[thread] / static_cast<float>(width) + 0x1p-23F);
        if (thread % kLanesOfRow == 0) inverse_rms.of(trial)[row] = inverse;
        const std::int64_t begin = static_cast<std::int64_t>(row) * width;
        for (int column = thread % kLanesOfRow * 4; column < width; column += kLanesOfRow * 4) {
          Four values = load_four(x.of(trial) + begin + column);
          HEADSWEEP_UNROLL
          for (int i = 0; i < 4; ++i) values.of[i] *= inverse;
          store_four(normed.of(trial) + begin + column, values);
        }
      });
    });
  }
};

// The gradient that reaches the residual stream through a norm: with g = gain times the gradient of the norm's output,
//   d_x = d_out + (g - n mean of (g n)) / rms
// and, for the layer below, that gradient where its MLP's dropout kept the element, scaled.
// Grid: (rows / kRows, 1, trials).
struct RmsNormBackward {
  static constexpr int kThreads = 256;
  static constexpr int kBlocksAtOnce = 4;
  static constexpr int kRows = kThreads / kLanesOfRow;

  Trials trials;
  PerTrial<const float> d_normed;  // [rows][width]: before the gain
  PerTrial<const float> normed;
  PerTrial<const float> inverse_rms;
  PerTrial<const float> gain;  // [width]
  int rows;
  int width;
  PerTrial<const float> d_out;        // [rows][width]: what reaches the stream behind the norm's block
  PerTrial<float> d_x;                // [rows][width]
  PerTrial<const std::uint8_t> keep;  // bit of element e: e % 8 of byte e / 8
  PerTrial<float> dropped;            // [rows][width]; null base: nobody needs it

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    auto products = block.template per_thread<float>();
    block.each_warp([&](auto warp) {
      warp.each_lane([&](int thread) {
        const int row = smaller(block.x() * kRows + thread / kLanesOfRow, rows - 1);
        const std::int64_t begin = static_cast<std::int64_t>(row) * width;
        for (int column = thread % kLanesOfRow * 4; column < width; column += kLanesOfRow * 4) {
          const Four g = gained(trial, begin, column);
          const Four n = load_four(normed.of(trial) + begin + column);
          HEADSWEEP_UNROLL
          for (int i = 0; i < 4; ++i) products[thread] = multiply_add(g.of[i], n.of[i], products[thread]);
        }
      });
      warp.template combine<kLanesOfRow>([&](int thread) -> float& { return products[thread]; }, Add());
      warp.each_lane([&](int thread) {
        const int row = block.x() * kRows + thread / kLanesOfRow;
        if (row >= rows) return;
        const std::int64_t begin = static_cast<std::int64_t>(row) * width;
        const float mean = products[thread] / static_cast<float>(width);
        const float inverse = inverse_rms.of(trial)[row];
        for (int column = thread % kLanesOfRow * 4; column < width; column += kLanesOfRow * 4) {
          const Four g = gained(trial, begin, column);
          const Four n = load_four(normed.of(trial) + begin + column);
          Four sum = load_four(d_out.of(trial) + begin + column);
          HEADSWEEP_UNROLL
          for (int i = 0; i < 4; ++i) {
            sum.of[i] = multiply_add(inverse, multiply_add(-mean, n.of[i], g.of[i]), sum.of[i]);
          }
          store_four(d_x.of(trial) + begin + column, sum);
          if (dropped.base != nullptr) drop(trial, begin + column, sum);
        }
      });
    });
  }

 private:
  HEADSWEEP_HOST_DEVICE Four gained(int trial, std::int64_t begin, int column) const {
    Four values = load_four(d_normed.of(trial) + begin + column);
    HEADSWEEP_UNROLL
    for (int i = 0; i < 4; ++i) values.of[i] *= gain.of(trial)[column + i];
    return values;
  }

  HEADSWEEP_HOST_DEVICE void drop(int trial, std::int64_t element, Four values) const {
    const unsigned bits = static_cast<unsigned>(keep.of(trial)[element / 8]) >> (element % 8);
    const float scale = trials.rows[trial].dropout_scale;
    HEADSWEEP_UNROLL
    for (int i = 0; i < 4; ++i) values.of[i] = (bits >> i & 1U) != 0 ? scale * values.of[i] : 0.0F;
    store_four(dropped.of(trial) + element, values);
  }
};

// The same without a norm: what the head's gradient is behind the last layer's dropout.
// Grid: (rows * width / 4 / kThreads, 1, trials).
struct DropGradient {
  static constexpr int kThreads = 256;
  static constexpr int kBlocksAtOnce = 4;

  Trials trials;
  PerTrial<const float> d_x;
  int elements;  // rows * width
  PerTrial<const std::uint8_t> keep;
  PerTrial<float> dropped;

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    const float scale = trials.rows[trial].dropout_scale;
    block.each_thread([&](int thread) {
      const int element = (block.x() * kThreads + thread) * 4;
      if (element >= elements) return;
      Four values = load_four(d_x.of(trial) + element);
      const unsigned bits = static_cast<unsigned>(keep.of(trial)[element / 8]) >> (element % 8);
      HEADSWEEP_UNROLL
      for (int i = 0; i < 4; ++i) values.of[i] = (bits >> i & 1U) != 0 ? scale * values.of[i] : 0.0F;
      store_four(dropped.of(trial) + element, values);
    });
  }
};

}  // namespace headsweep::stacked
