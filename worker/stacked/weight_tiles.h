// The two ways in which a warp of weight_gradient.h multiplies what lies in shared memory: kDepth rows of d_out, then as
// many of `in`, kStride floats apart; the sums are of kSide x kSide products of columns. A thread owns kRowsOfThread x
// kColumnsOfThread of them. Every element is one sum in the order of the depth.
#pragma once

#include "worker/stacked/arithmetic.h"
#include "worker/stacked/tensor_cores.h"

namespace headsweep::stacked {

struct WeightTile {
  static constexpr int kSide = 64;
  static constexpr int kDepth = 16;
};

struct FloatWeightTile : WeightTile {
  static constexpr int kStride = kSide;
  static constexpr int kRowsOfThread = 16;
  static constexpr int kColumnsOfThread = 8;

  struct Sums {
    float of[kRowsOfThread][kColumnsOfThread];
  };

  HEADSWEEP_HOST_DEVICE static int row(int thread, int i) { return thread / 8 * 4 + i / 4 * 16 + i % 4; }
  HEADSWEEP_HOST_DEVICE static int column(int thread, int j) { return thread % 8 * 4 + j / 4 * 32 + j % 4; }
  HEADSWEEP_HOST_DEVICE static float value(const Sums& sums, int i, int j) { return sums.of[i][j]; }

  template <class Block, class AllSums>
  HEADSWEEP_HOST_DEVICE static void multiply(Block& block, const float* stage, AllSums& sums) {
    block.each_thread([&](int thread) { multiply(thread, stage, sums[thread]); });
  }

 private:
  HEADSWEEP_HOST_DEVICE static void multiply(int thread, const float* stage, Sums& sums) {
    const float* const left = stage + row(thread, 0);
    const float* const right = stage + kDepth * kStride + column(thread, 0);
    HEADSWEEP_UNROLL
    for (int depth = 0; depth < kDepth; ++depth) {
      Four a[kRowsOfThread / 4];
      HEADSWEEP_UNROLL
      for (int i = 0; i < kRowsOfThread / 4; ++i) a[i] = load_four(left + depth * kStride + i * 16);
      const Four b[2] = {load_four(right + depth * kStride), load_four(right + depth * kStride + 32)};
      HEADSWEEP_UNROLL
      for (int i = 0; i < kRowsOfThread; ++i) {
        HEADSWEEP_UNROLL
        for (int j = 0; j < kColumnsOfThread; ++j) {
          sums.of[i][j] = multiply_add(a[i / 4].of[i % 4], b[j / 4].of[j % 4], sums.of[i][j]);
        }
      }
    }
  }
};

// Tensor cores: 4 x 8 products of tensor_cores.h deep by 8. The stride makes the banks of a warp's reads differ.
struct TensorWeightTile : WeightTile {
  static constexpr int kStride = kSide + 8;
  static constexpr int kRowTiles = kSide / kTensorRows;
  static constexpr int kColumnTiles = kSide / kTensorColumns;
  static constexpr int kRowsOfThread = 2 * kRowTiles;
  static constexpr int kColumnsOfThread = 2 * kColumnTiles;

  struct Sums {
    TensorSums of[kRowTiles][kColumnTiles];
  };

  HEADSWEEP_HOST_DEVICE static int row(int thread, int i) {
    return i / 2 * kTensorRows + i % 2 * 8 + thread / 4;
  }
  HEADSWEEP_HOST_DEVICE static int column(int thread, int j) {
    return j / 2 * kTensorColumns + thread % 4 * 2 + j % 2;
  }
  HEADSWEEP_HOST_DEVICE static float value(const Sums& sums, int i, int j) {
    return sums.of[i / 2][j / 2].of[i % 2 * 2 + j % 2];
  }

  template <class Block, class AllSums>
  HEADSWEEP_HOST_DEVICE static void multiply(Block& block, const float* stage, AllSums& sums) {
    auto lefts = block.template per_thread<Lefts>();
    auto rights = block.template per_thread<TensorRight>();
    block.each_warp([&](auto warp) {
      HEADSWEEP_UNROLL
      for (int depth = 0; depth < kDepth; depth += kTensorDepth) {
        warp.each_lane([&](int thread) { read(thread, stage, depth, lefts[thread]); });
        HEADSWEEP_UNROLL
        for (int j = 0; j < kColumnTiles; ++j) {
          warp.each_lane([&](int thread) { read(thread, stage, depth, j, rights[thread]); });
          HEADSWEEP_UNROLL
          for (int i = 0; i < kRowTiles; ++i) {
            warp.multiply([&](int thread) -> const TensorLeft& { return lefts[thread].of[i]; },
                          [&](int thread) -> const TensorRight& { return rights[thread]; },
                          [&](int thread) -> TensorSums& { return sums[thread].of[i][j]; });
          }
        }
      }
    });
  }

 private:
  struct Lefts {
    TensorLeft of[kRowTiles];
  };

  HEADSWEEP_HOST_DEVICE static void read(int thread, const float* stage, int depth, Lefts& lefts) {
    const float* const from = stage + (depth + thread % 4) * kStride + thread / 4;
    HEADSWEEP_UNROLL
    for (int tile = 0; tile < kRowTiles; ++tile) {
      HEADSWEEP_UNROLL
      for (int i = 0; i < 4; ++i) {
        lefts.of[tile].of[i] = round_to_tf32(from[i / 2 * 4 * kStride + tile * kTensorRows + i % 2 * 8]);
      }
    }
  }

  HEADSWEEP_HOST_DEVICE static void read(int thread, const float* stage, int depth, int tile,
                                         TensorRight& right) {
    const float* const from =
        stage + (kDepth + depth + thread % 4) * kStride + tile * kTensorColumns + thread / 4;
    HEADSWEEP_UNROLL
    for (int i = 0; i < 2; ++i) right.of[i] = round_to_tf32(from[i * 4 * kStride]);
  }
};

}  // namespace headsweep::stacked
