// Affine maps of the whole batch, register-tiled: out = what follows a product (in times packed weights), float32.
//
// A block owns kRows rows and kColumns columns of `out`, a thread 16 x 8 of them: fewer, and reading shared memory would
// take longer than multiplying. Rows are 8 apart, columns in two groups of four, so that a warp's reads touch every bank
// once and its stores are whole lines. Depth goes by in steps of kDepth through two stages of shared memory: while one
// is multiplied, asynchronous copies fill the other. Every element is one sum in the order of the depth, whatever the
// sizes, so its bits depend on nothing else.
#pragma once

#include <cstdint>

#include "worker/stacked/arithmetic.h"
#include "worker/stacked/trial_rows.h"

namespace headsweep::stacked {

// What becomes of a sum s.
enum class After : std::uint8_t {
  kNothing,      // s
  kBias,         // s + bias
  kBiasRelu,     // max(0, s + bias)
  kBiasAdd,      // out + s + bias
  kBiasDropAdd,  // out + (s + bias where dropout keeps it, scaled)
  kGate,         // s where gate is positive, else 0
};

struct LinearShape {
  int rows;
  int depth;            // columns of `in` with what pads them; a multiple of four
  int columns;          // of `out`, the same
  int weights_columns;  // from one row of the weights to the next
};

// Grid: (columns / kColumns, rows / kRows, trials).
template <After kAfter>
struct Linear {
  static constexpr int kThreads = 64;
  static constexpr int kBlocksAtOnce = 5;
  static constexpr int kRows = 128;
  static constexpr int kColumns = 64;
  static constexpr int kDepth = 16;
  static constexpr int kRowsOfThread = 16;
  static constexpr int kRowStep = kRows / kRowsOfThread;  // from a thread's row to its next
  static constexpr int kInStride = kDepth + 4;
  static constexpr int kStage = kRows * kInStride + kDepth * kColumns;  // floats
  static constexpr int kSharedBytes = 2 * kStage * 4;

  Trials trials;
  LinearShape shape;
  PerTrial<const float> in;           // [rows][depth]
  PerTrial<const float> weights;      // [depth][weights_columns], packed
  PerTrial<const float> bias;         // [columns]
  PerTrial<float> out;                // [rows][columns]
  PerTrial<const float> gate;         // [rows][columns]
  PerTrial<const std::uint8_t> keep;  // bit e % 8 of byte e / 8, e = row * columns + column

  struct Sums {
    float of[kRowsOfThread][8];
  };

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    float* const stages = block.template shared<float>(0);
    auto sums = block.template per_thread<Sums>();
    const int steps = divide_up(shape.depth, kDepth);
    copy_stage(block, trial, 0, stages);
    for (int step = 0; step < steps; ++step) {
      if (step + 1 < steps) {
        copy_stage(block, trial, step + 1, stages + (step + 1) % 2 * kStage);
        block.template wait_for_copies<1>();
      } else {
        block.template wait_for_copies<0>();
      }
      block.barrier();
      const float* const stage = stages + step % 2 * kStage;
      block.each_thread([&](int thread) { multiply(thread, stage, sums[thread]); });
      block.barrier();
    }
    block.each_thread([&](int thread) { finish(trial, block.x(), block.y(), thread, sums[thread]); });
  }

 private:
  HEADSWEEP_HOST_DEVICE static int row_group(int thread) {
    return thread / 32 * 4 + thread % 32 / 8;
  }  // 0 .. 7
  HEADSWEEP_HOST_DEVICE static int column_group(int thread) { return thread % 8; }

  template <class Block>
  HEADSWEEP_HOST_DEVICE void copy_stage(Block& block, int trial, int step, float* stage) const {
    const float* const from = in.of(trial);
    const float* const from_weights = weights.of(trial);
    float* const stage_weights = stage + kRows * kInStride;
    block.each_thread([&](int thread) {
      const int depth = step * kDepth + thread % (kDepth / 4) * 4;
      HEADSWEEP_UNROLL
      for (int i = 0; i < kRows * kDepth / 4 / kThreads; ++i) {
        const int row = thread / (kDepth / 4) + i * (kThreads / (kDepth / 4));
        const bool is_there = block.y() * kRows + row < shape.rows && depth < shape.depth;
        const std::int64_t place = static_cast<std::int64_t>(block.y() * kRows + row) * shape.depth + depth;
        block.copy_async(stage + row * kInStride + thread % (kDepth / 4) * 4, from + (is_there ? place : 0),
                         is_there);
      }
      const int column = block.x() * kColumns + thread % (kColumns / 4) * 4;
      HEADSWEEP_UNROLL
      for (int i = 0; i < kDepth * kColumns / 4 / kThreads; ++i) {
        const int row = thread / (kColumns / 4) + i * (kThreads / (kColumns / 4));
        const bool is_there = step * kDepth + row < shape.depth && column < shape.columns;
        const std::int64_t place =
            static_cast<std::int64_t>(step * kDepth + row) * shape.weights_columns + column;
        block.copy_async(stage_weights + row * kColumns + thread % (kColumns / 4) * 4,
                         from_weights + (is_there ? place : 0), is_there);
      }
      block.commit_copies();
    });
  }

  HEADSWEEP_HOST_DEVICE static void multiply(int thread, const float* stage, Sums& sums) {
    const float* const rows = stage + row_group(thread) * kInStride;
    const float* const columns = stage + kRows * kInStride + column_group(thread) * 4;
    HEADSWEEP_UNROLL_TWICE  // unrolled further, loads move so far ahead that registers spill
        for (int depth = 0; depth < kDepth; ++depth) {
      const Four right[2] = {load_four(columns + depth * kColumns),
                             load_four(columns + depth * kColumns + 32)};
      HEADSWEEP_UNROLL
      for (int i = 0; i < kRowsOfThread; ++i) {
        const float left = rows[i * kRowStep * kInStride + depth];
        HEADSWEEP_UNROLL
        for (int j = 0; j < 8; ++j) {
          sums.of[i][j] = multiply_add(left, right[j / 4].of[j % 4], sums.of[i][j]);
        }
      }
    }
  }

  HEADSWEEP_HOST_DEVICE void finish(int trial, int column_block, int row_block, int thread,
                                    const Sums& sums) const {
    HEADSWEEP_UNROLL
    for (int half = 0; half < 2; ++half) {
      const int column = column_block * kColumns + half * 32 + column_group(thread) * 4;
      if (column >= shape.columns) continue;
      const Four added = has_bias() ? load_four(bias.of(trial) + column) : Four{};
      HEADSWEEP_UNROLL
      for (int i = 0; i < kRowsOfThread; ++i) {
        const int row = row_block * kRows + row_group(thread) + i * kRowStep;
        if (row >= shape.rows) continue;
        Four values;
        HEADSWEEP_UNROLL
        for (int j = 0; j < 4; ++j) values.of[j] = sums.of[i][half * 4 + j] + added.of[j];
        const std::int64_t place = static_cast<std::int64_t>(row) * shape.columns + column;
        store_four(out.of(trial) + place, after(trial, place, values));
      }
    }
  }

  HEADSWEEP_HOST_DEVICE static constexpr bool has_bias() {
    return kAfter != After::kNothing && kAfter != After::kGate;
  }

  HEADSWEEP_HOST_DEVICE Four after(int trial, std::int64_t place, Four values) const {
    if constexpr (kAfter == After::kBiasRelu) {
      HEADSWEEP_UNROLL
      for (int j = 0; j < 4; ++j) values.of[j] = larger(0.0F, values.of[j]);
    } else if constexpr (kAfter == After::kGate) {
      const Four gates = load_four(gate.of(trial) + place);
      HEADSWEEP_UNROLL
      for (int j = 0; j < 4; ++j) values.of[j] = gates.of[j] > 0 ? values.of[j] : 0.0F;
    } else if constexpr (kAfter == After::kBiasAdd) {
      const Four before = load_four(out.of(trial) + place);
      HEADSWEEP_UNROLL
      for (int j = 0; j < 4; ++j) values.of[j] += before.of[j];
    } else if constexpr (kAfter == After::kBiasDropAdd) {
      const Four before = load_four(out.of(trial) + place);
      const float scale = trials.rows[trial].dropout_scale;
      const unsigned bits = static_cast<unsigned>(keep.of(trial)[place / 8]) >> (place % 8);
      HEADSWEEP_UNROLL
      for (int j = 0; j < 4; ++j) {
        values.of[j] = (bits >> j & 1U) != 0 ? multiply_add(scale, values.of[j], before.of[j]) : before.of[j];
      }
    }
    return values;
  }
};

}  // namespace headsweep::stacked
