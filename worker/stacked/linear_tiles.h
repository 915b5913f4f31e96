// The two ways in which a block of linear.h multiplies what lies in shared memory: kRows rows of `in`, kInStride floats
// apart, then kDepth rows of weights, kWeightsStride apart.
//
// A thread owns kRowsOfThread rows and, in each, kColumnGroups groups of kGroup neighbouring columns. Every element is
// one sum in the order of the depth.
#pragma once

#include "worker/stacked/arithmetic.h"
#include "worker/stacked/tensor_cores.h"

namespace headsweep::stacked {

struct LinearTile {
  static constexpr int kRows = 128;
  static constexpr int kColumns = 64;
  static constexpr int kDepth = 16;
  static constexpr int kInStride = kDepth + 4;  // no two of a warp's reads share a bank
};

// float32: a thread has 16 x 8 sums; fewer, and reading shared memory would take longer than multiplying. Rows are 8
// apart, columns in two groups of four, so that a warp's reads touch every bank once and its stores are whole lines.
struct FloatTile : LinearTile {
  static constexpr int kThreads = 64;
  static constexpr int kBlocksAtOnce = 5;
  static constexpr int kWeightsStride = kColumns;
  static constexpr int kRowsOfThread = 16;
  static constexpr int kRowStep = kRows / kRowsOfThread;  // from a thread's row to its next
  static constexpr int kColumnGroups = 2;
  static constexpr int kGroup = 4;

  struct Sums {
    float of[kRowsOfThread][kColumnGroups * kGroup];
  };

  HEADSWEEP_HOST_DEVICE static int row(int thread, int i) { return row_group(thread) + i * kRowStep; }
  HEADSWEEP_HOST_DEVICE static int column(int thread, int group) {
    return group * 32 + column_group(thread) * kGroup;
  }
  HEADSWEEP_HOST_DEVICE static Floats<kGroup> values(const Sums& sums, int i, int group) {
    Floats<kGroup> values;
    HEADSWEEP_UNROLL
    for (int j = 0; j < kGroup; ++j) values.of[j] = sums.of[i][group * kGroup + j];
    return values;
  }

  template <class Block, class AllSums>
  HEADSWEEP_HOST_DEVICE static void multiply(Block& block, const float* stage, AllSums& sums) {
    block.each_thread([&](int thread) { multiply(thread, stage, sums[thread]); });
  }

 private:
  HEADSWEEP_HOST_DEVICE static int row_group(int thread) {
    return thread / 32 * 4 + thread % 32 / 8;
  }  // 0 .. 7
  HEADSWEEP_HOST_DEVICE static int column_group(int thread) { return thread % 8; }

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
};

// Tensor cores: each of four warps has 64 rows and 32 columns, 4 x 4 products of tensor_cores.h deep by 8. The strides
// make the banks of a warp's reads differ: 20 row + depth for `in`, 72 depth + column for weights.
struct TensorTile : LinearTile {
  static constexpr int kThreads = 128;
  static constexpr int kBlocksAtOnce = 4;
  static constexpr int kWeightsStride = kColumns + 8;
  static constexpr int kRowTiles = 4;
  static constexpr int kColumnTiles = 4;
  static constexpr int kRowsOfThread = 2 * kRowTiles;
  static constexpr int kColumnGroups = kColumnTiles;
  static constexpr int kGroup = 2;

  struct Sums {
    TensorSums of[kRowTiles][kColumnTiles];
  };

  HEADSWEEP_HOST_DEVICE static int row(int thread, int i) {
    return first_row(thread) + i / 2 * kTensorRows + i % 2 * 8 + thread % 32 / 4;
  }
  HEADSWEEP_HOST_DEVICE static int column(int thread, int group) {
    return first_column(thread) + group * kTensorColumns + thread % 4 * kGroup;
  }
  HEADSWEEP_HOST_DEVICE static Floats<kGroup> values(const Sums& sums, int i, int group) {
    const TensorSums& own = sums.of[i / 2][group];
    return {own.of[i % 2 * 2], own.of[i % 2 * 2 + 1]};
  }

  template <class Block, class AllSums>
  HEADSWEEP_HOST_DEVICE static void multiply(Block& block, const float* stage, AllSums& sums) {
    auto factors = block.template per_thread<Factors>();
    block.each_warp([&](auto warp) {
      HEADSWEEP_UNROLL
      for (int depth = 0; depth < kDepth; depth += kTensorDepth) {
        warp.each_lane([&](int thread) { read(thread, stage, depth, factors[thread]); });
        HEADSWEEP_UNROLL
        for (int i = 0; i < kRowTiles; ++i) {
          HEADSWEEP_UNROLL
          for (int j = 0; j < kColumnTiles; ++j) {
            warp.multiply([&](int thread) -> const TensorLeft& { return factors[thread].left[i]; },
                          [&](int thread) -> const TensorRight& { return factors[thread].right[j]; },
                          [&](int thread) -> TensorSums& { return sums[thread].of[i][j]; });
          }
        }
      }
    });
  }

 private:
  struct Factors {
    TensorLeft left[kRowTiles];
    TensorRight right[kColumnTiles];
  };

  HEADSWEEP_HOST_DEVICE static int first_row(int thread) { return thread / 64 * (kRowTiles * kTensorRows); }
  HEADSWEEP_HOST_DEVICE static int first_column(int thread) {
    return thread / 32 % 2 * (kColumnTiles * kTensorColumns);
  }

  HEADSWEEP_HOST_DEVICE static void read(int thread, const float* stage, int depth, Factors& factors) {
    const int own_depth = depth + thread % 4;
    const int own_place = thread % 32 / 4;
    const float* const rows = stage + (first_row(thread) + own_place) * kInStride + own_depth;
    const float* const columns =
        stage + kRows * kInStride + own_depth * kWeightsStride + first_column(thread) + own_place;
    HEADSWEEP_UNROLL
    for (int tile = 0; tile < kRowTiles; ++tile) {
      HEADSWEEP_UNROLL
      for (int i = 0; i < 4; ++i) {
        factors.left[tile].of[i] =
            round_to_tf32(rows[(tile * kTensorRows + i % 2 * 8) * kInStride + i / 2 * 4]);
      }
    }
    HEADSWEEP_UNROLL
    for (int tile = 0; tile < kColumnTiles; ++tile) {
      HEADSWEEP_UNROLL
      for (int i = 0; i < 2; ++i) {
        factors.right[tile].of[i] = round_to_tf32(columns[i * 4 * kWeightsStride + tile * kTensorColumns]);
      }
    }
  }
};

}  // namespace headsweep::stacked
