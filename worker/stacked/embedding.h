// Token and position embeddings, forward and backward. No atomics: every sum has one owner and one order.
#pragma once

#include <cstdint>

#include "worker/stacked/arithmetic.h"
#include "worker/stacked/trial_rows.h"

namespace headsweep::stacked {

// x[r] = E[token of r] + Pos[r % length]. A thread owns four columns of a row.
// Grid: (rows * width / 4 / kThreads, 1, trials). Width is a multiple of four.
struct Embed {
  static constexpr int kThreads = 256;
  static constexpr int kBlocksAtOnce = 4;

  Trials trials;
  PerTrial<const std::int32_t> tokens;  // [rows]
  PerTrial<const float> token_embedding;
  PerTrial<const float> position_embedding;
  int rows;
  int length;
  int width;
  PerTrial<float> x;  // [rows][width]

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    block.each_thread([&](int thread) {
      const int element = (block.x() * kThreads + thread) * 4;
      if (element >= rows * width) return;
      const int row = element / width;
      const int column = element % width;
      const auto token = static_cast<std::int64_t>(tokens.of(trial)[row]);
      const Four of_token = load_four(token_embedding.of(trial) + token * width + column);
      const Four of_position = load_four(position_embedding.of(trial) + row % length * width + column);
      Four sum;
      HEADSWEEP_UNROLL
      for (int i = 0; i < 4; ++i) sum.of[i] = of_token.of[i] + of_position.of[i];
      store_four(x.of(trial) + element, sum);
    });
  }
};

// Gradient of a position's embedding: the sum over the sequences, in their order. A thread owns an element.
// Grid: (length * width / kThreads, 1, trials).
struct PositionGradient {
  static constexpr int kThreads = 256;
  static constexpr int kBlocksAtOnce = 4;

  Trials trials;
  PerTrial<const float> d_x;  // [batch][length][width]
  int batch;
  int elements;               // length * width
  PerTrial<float> gradients;  // [length][width]

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    block.each_thread([&](int thread) {
      const int element = block.x() * kThreads + thread;
      if (element >= elements) return;
      float sum = 0;
      for (int sequence = 0; sequence < batch; ++sequence) {
        sum += d_x.of(trial)[static_cast<std::int64_t>(sequence) * elements + element];
      }
      gradients.of(trial)[element] = sum;
    });
  }
};

// Gradient of a token's embedding: the sum over the rows that hold it, in their order. A warp owns kColumns columns of
// one token and looks for its rows 32 at a time.
// Grid: (vocabulary / warps of a block, width / kColumns, trials).
struct TokenGradient {
  static constexpr int kThreads = 256;
  static constexpr int kBlocksAtOnce = 4;
  static constexpr int kColumnsOfLane = 2;
  static constexpr int kColumns = kColumnsOfLane * 32;
  static constexpr int kTokens = kThreads / 32;  // of a block

  struct Sums {
    float of[kColumnsOfLane];
  };

  Trials trials;
  PerTrial<const std::int32_t> tokens;  // [rows]
  PerTrial<const float> d_x;            // [rows][width]
  int rows;
  int vocabulary;
  int width;
  PerTrial<float> gradients;  // [vocabulary][width]

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    auto sums = block.template per_thread<Sums>();
    block.each_warp([&](auto warp) {
      const int token = block.x() * kTokens + warp.index();
      if (token >= vocabulary) return;
      for (int first = 0; first < rows; first += 32) {
        std::uint32_t matches = warp.ballot([&](int thread) {
          const int row = first + thread % 32;
          return row < rows && tokens.of(trial)[row] == token;
        });
        while (matches != 0) {
          const int row = first + lowest_bit(matches);
          matches &= matches - 1;
          warp.each_lane(
              [&](int thread) { add_row(sums[thread], d_x.of(trial), row, column_of(block, thread)); });
        }
      }
      warp.each_lane([&](int thread) {
        for (int i = 0; i < kColumnsOfLane; ++i) {
          const int column = column_of(block, thread) + i * 32;
          if (column < width) {
            gradients.of(trial)[static_cast<std::int64_t>(token) * width + column] = sums[thread].of[i];
          }
        }
      });
    });
  }

 private:
  template <class Block>
  HEADSWEEP_HOST_DEVICE static int column_of(const Block& block, int thread) {
    return block.y() * kColumns + thread % 32;
  }

  HEADSWEEP_HOST_DEVICE static int lowest_bit(std::uint32_t bits) {
#ifdef __CUDA_ARCH__
    return __ffs(static_cast<int>(bits)) - 1;
#else
    return __builtin_ctz(bits);
#endif
  }

  HEADSWEEP_HOST_DEVICE void add_row(Sums& sums, const float* from, int row, int column) const {
    HEADSWEEP_UNROLL
    for (int i = 0; i < kColumnsOfLane; ++i) {
      if (column + i * 32 < width)
        sums.of[i] += from[static_cast<std::int64_t>(row) * width + column + i * 32];
    }
  }
};

}  // namespace headsweep::stacked
