// Affine maps of the whole batch: out = what follows a product (in times packed weights).
//
// A block owns kRows rows and kColumns columns of `out`. Depth goes by in steps of kDepth through two stages of shared
// memory: while the Tile multiplies one (linear_tiles.h), asynchronous copies fill the other. Every element is one sum
// in the order of the depth, whatever the sizes, so its bits depend on nothing else.
#pragma once

#include <cstdint>

#include "worker/stacked/arithmetic.h"
#include "worker/stacked/linear_tiles.h"
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

// Those that the After does not need may be null.
struct LinearOperands {
  PerTrial<const float> in;           // [rows][depth]
  PerTrial<const float> weights;      // [depth][weights_columns], packed
  PerTrial<const float> bias;         // [columns]
  PerTrial<float> out;                // [rows][columns]
  PerTrial<const float> gate;         // [rows][columns]
  PerTrial<const std::uint8_t> keep;  // bit e % 8 of byte e / 8, e = row * columns + column
};

// Grid: (columns / kColumns, rows / kRows, trials).
template <After kAfter, class Tile>
struct Linear {
  static constexpr int kThreads = Tile::kThreads;
  static constexpr int kBlocksAtOnce = Tile::kBlocksAtOnce;
  static constexpr int kRows = Tile::kRows;
  static constexpr int kColumns = Tile::kColumns;
  static constexpr int kDepth = Tile::kDepth;
  static constexpr int kInStride = Tile::kInStride;
  static constexpr int kWeightsStride = Tile::kWeightsStride;
  static constexpr int kStage = kRows * kInStride + kDepth * kWeightsStride;  // floats
  static constexpr int kSharedBytes = 2 * kStage * 4;
  using Values = Floats<Tile::kGroup>;

  Trials trials;
  LinearShape shape;
  LinearOperands operands;

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    float* const stages = block.template shared<float>(0);
    auto sums = block.template per_thread<typename Tile::Sums>();
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
      Tile::multiply(block, stages + step % 2 * kStage, sums);
      block.barrier();
    }
    block.each_thread([&](int thread) { finish(trial, block.x(), block.y(), thread, sums[thread]); });
  }

 private:
  template <class Block>
  HEADSWEEP_HOST_DEVICE void copy_stage(Block& block, int trial, int step, float* stage) const {
    const float* const from = operands.in.of(trial);
    const float* const from_weights = operands.weights.of(trial);
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
        block.copy_async(stage_weights + row * kWeightsStride + thread % (kColumns / 4) * 4,
                         from_weights + (is_there ? place : 0), is_there);
      }
      block.commit_copies();
    });
  }

  HEADSWEEP_HOST_DEVICE void finish(int trial, int column_block, int row_block, int thread,
                                    const typename Tile::Sums& sums) const {
    HEADSWEEP_UNROLL
    for (int group = 0; group < Tile::kColumnGroups; ++group) {
      const int column = column_block * kColumns + Tile::column(thread, group);
      if (column >= shape.columns) continue;
      const Values added = has_bias() ? load<Tile::kGroup>(operands.bias.of(trial) + column) : Values{};
      HEADSWEEP_UNROLL
      for (int i = 0; i < Tile::kRowsOfThread; ++i) {
        const int row = row_block * kRows + Tile::row(thread, i);
        if (row >= shape.rows) continue;
        Values values = Tile::values(sums, i, group);
        HEADSWEEP_UNROLL
        for (int j = 0; j < Tile::kGroup; ++j) values.of[j] += added.of[j];
        const std::int64_t place = static_cast<std::int64_t>(row) * shape.columns + column;
        store(operands.out.of(trial) + place, after(trial, place, values));
      }
    }
  }

  HEADSWEEP_HOST_DEVICE static constexpr bool has_bias() {
    return kAfter != After::kNothing && kAfter != After::kGate;
  }

  HEADSWEEP_HOST_DEVICE Values after(int trial, std::int64_t place, Values values) const {
    if constexpr (kAfter == After::kBiasRelu) {
      HEADSWEEP_UNROLL
      for (int j = 0; j < Tile::kGroup; ++j) values.of[j] = larger(0.0F, values.of[j]);
    } else if constexpr (kAfter == After::kGate) {
      const Values gates = load<Tile::kGroup>(operands.gate.of(trial) + place);
      HEADSWEEP_UNROLL
      for (int j = 0; j < Tile::kGroup; ++j) values.of[j] = gates.of[j] > 0 ? values.of[j] : 0.0F;
    } else if constexpr (kAfter == After::kBiasAdd) {
      const Values before = load<Tile::kGroup>(operands.out.of(trial) + place);
      HEADSWEEP_UNROLL
      for (int j = 0; j < Tile::kGroup; ++j) values.of[j] += before.of[j];
    } else if constexpr (kAfter == After::kBiasDropAdd) {
      const Values before = load<Tile::kGroup>(operands.out.of(trial) + place);
      const float scale = trials.rows[trial].dropout_scale;
      const unsigned bits = static_cast<unsigned>(operands.keep.of(trial)[place / 8]) >> (place % 8);
      HEADSWEEP_UNROLL
      for (int j = 0; j < Tile::kGroup; ++j) {
        values.of[j] = (bits >> j & 1U) != 0 ? multiply_add(scale, values.of[j], before.of[j]) : before.of[j];
      }
    }
    return values;
  }
};

}  // namespace headsweep::stacked
