// Gradients of an affine map's weights and biases: d_W = d_out^T in, d_b = sum of d_out's rows.
//
// The batch's rows are cut into kGradientChunks chunks, however many trials there are; a block sums one chunk of one
// tile of kSide x kSide weights in the order of the rows, and SumChunks (finish_update.h) adds the chunks in theirs. So the
// bits depend neither on the stack nor on the order in which blocks run. A block is one warp; rows come through two stages
// of shared memory, as in linear.h, and the Tile multiplies them (weight_tiles.h). Sums of biases are float32 in any case.
#pragma once

#include <cstdint>

#include "worker/stacked/arithmetic.h"
#include "worker/stacked/trial_rows.h"
#include "worker/stacked/weight_tiles.h"

namespace headsweep::stacked {

// Finer: more blocks for a single trial, and more memory traffic for the sums.
inline constexpr int kGradientChunks = 10;

// Rows of the map that are one tensor of the flat parameters: of queries, keys, values, or all.
struct MapPart {
  int first_row;
  int rows;
  std::int64_t weight;  // flat offset of [rows][columns]
  std::int64_t bias;    // flat offset of [rows]
};

struct MapParts {
  MapPart of[3];
  int count;
};

// Grid: (tiles of columns * tiles of rows, kGradientChunks, trials).
template <class Tile>
struct WeightGradient {
  static constexpr int kThreads = kWarpSize;
  static constexpr int kBlocksAtOnce = 10;
  static constexpr int kSide = Tile::kSide;
  static constexpr int kDepth = Tile::kDepth;
  static constexpr int kStride = Tile::kStride;
  static constexpr int kStage = 2 * kDepth * kStride;  // floats
  static constexpr int kSharedBytes = 2 * kStage * 4;

  Trials trials;
  MapParts parts;
  int rows;  // of the batch
  int rows_of_chunk;
  int d_columns;                // of d_out with what pads them, a multiple of four
  int in_columns;               // of in, the same
  int columns;                  // of the map: the true ones of `in`
  PerTrial<const float> d_out;  // [rows][d_columns]
  PerTrial<const float> in;     // [rows][in_columns]
  PerTrial<float> chunks;       // [kGradientChunks][chunk_stride], element: flat offset
  std::int64_t chunk_stride;

  struct BiasSums {
    float of[kSide / kThreads];
  };

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const int trial = trials.number(block.z());
    float* const stages = block.template shared<float>(0);
    auto sums = block.template per_thread<typename Tile::Sums>();
    auto bias_sums = block.template per_thread<BiasSums>();
    const int first = block.y() * rows_of_chunk;
    const int last = smaller(rows, first + rows_of_chunk);
    const int steps = divide_up(last - first, kDepth);
    copy_stage(block, trial, first, last, stages);
    for (int step = 0; step < steps; ++step) {
      if (step + 1 < steps) {
        copy_stage(block, trial, first + (step + 1) * kDepth, last, stages + (step + 1) % 2 * kStage);
        block.template wait_for_copies<1>();
      } else {
        block.template wait_for_copies<0>();
      }
      block.barrier();
      const float* const stage = stages + step % 2 * kStage;
      Tile::multiply(block, stage, sums);
      block.each_thread([&](int thread) {
        if (column_tile(block.x()) != 0) return;
        HEADSWEEP_UNROLL
        for (int i = 0; i < kSide / kThreads; ++i) {
          HEADSWEEP_UNROLL
          for (int depth = 0; depth < kDepth; ++depth) {
            bias_sums[thread].of[i] += stage[depth * kStride + thread + i * kThreads];
          }
        }
      });
      block.barrier();
    }
    float* const to = chunks.of(trial) + block.y() * chunk_stride;
    block.each_thread([&](int thread) { finish(block.x(), thread, sums[thread], bias_sums[thread], to); });
  }

 private:
  HEADSWEEP_HOST_DEVICE int column_tile(int tile) const { return tile % divide_up(columns, kSide); }
  HEADSWEEP_HOST_DEVICE int row_tile(int tile) const { return tile / divide_up(columns, kSide); }

  // Rows first .. first + kDepth - 1 of both factors, zeros from `last` on. An empty chunk copies zeros.
  template <class Block>
  HEADSWEEP_HOST_DEVICE void copy_stage(Block& block, int trial, int first, int last, float* stage) const {
    block.each_thread([&](int thread) {
      const int group = thread % (kSide / 4) * 4;
      const int d_column = row_tile(block.x()) * kSide + group;
      const int in_column = column_tile(block.x()) * kSide + group;
      HEADSWEEP_UNROLL
      for (int i = 0; i < kDepth * kSide / 4 / kThreads; ++i) {
        const int depth = thread / (kSide / 4) + i * (kThreads / (kSide / 4));
        const std::int64_t row = first + depth;
        float* const to = stage + depth * kStride + group;
        const bool has_d = row < last && d_column < d_columns;
        block.copy_async(to, d_out.of(trial) + (has_d ? row * d_columns + d_column : 0), has_d);
        const bool has_in = row < last && in_column < in_columns;
        block.copy_async(to + kDepth * kStride, in.of(trial) + (has_in ? row * in_columns + in_column : 0),
                         has_in);
      }
      block.commit_copies();
    });
  }

  HEADSWEEP_HOST_DEVICE const MapPart* part_of(int row) const {
    for (int i = 0; i < parts.count; ++i) {
      if (row >= parts.of[i].first_row && row < parts.of[i].first_row + parts.of[i].rows) return &parts.of[i];
    }
    return nullptr;  // padding
  }

  HEADSWEEP_HOST_DEVICE void finish(int tile, int thread, const typename Tile::Sums& sums,
                                    const BiasSums& bias_sums, float* to) const {
    HEADSWEEP_UNROLL
    for (int i = 0; i < Tile::kRowsOfThread; ++i) {
      const int row = row_tile(tile) * kSide + Tile::row(thread, i);
      const MapPart* const part = part_of(row);
      if (part == nullptr) continue;
      float* const of_row = to + part->weight + static_cast<std::int64_t>(row - part->first_row) * columns;
      HEADSWEEP_UNROLL
      for (int j = 0; j < Tile::kColumnsOfThread; ++j) {
        const int column = column_tile(tile) * kSide + Tile::column(thread, j);
        if (column < columns) of_row[column] = Tile::value(sums, i, j);
      }
    }
    if (column_tile(tile) != 0) return;
    HEADSWEEP_UNROLL
    for (int i = 0; i < kSide / kThreads; ++i) {
      const int row = row_tile(tile) * kSide + thread + i * kThreads;
      const MapPart* const part = part_of(row);
      if (part != nullptr) to[part->bias + row - part->first_row] = bias_sums.of[i];
    }
  }
};

}  // namespace headsweep::stacked
