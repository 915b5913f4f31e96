// Weights as the products want them: every affine map once transposed, for y = x W^T + b, and once as it is, for
// d_x = d_y W, both with rows padded to whole groups of four.
//
// The flat parameters hold a map as [out][in] (trial::parameter_layout). Maps that read the same input (queries, keys,
// values) lie side by side in one packed map. A map behind an RMSNorm has the norm's gain multiplied into its
// transposed copy: the norm's output is kept without it.
#pragma once

#include <cstdint>

#include "worker/stacked/arithmetic.h"
#include "worker/stacked/trial_rows.h"

namespace headsweep::stacked {

// One tensor of the flat parameters and its places in the packed ones. Offsets in floats.
struct PackedTensor {
  std::int64_t weight;  // flat, [rows][columns]
  std::int64_t bias;    // flat, [rows]
  std::int64_t gain;    // flat, [columns]; negative: none
  int rows;
  int columns;
  std::int64_t transposed;  // packed: of row 0; element (column, row) at column * transposed_stride + row
  int transposed_stride;
  std::int64_t plain;  // packed: element (row, column) at row * plain_stride + column
  int plain_stride;
  std::int64_t packed_bias;
};

struct PackTile {
  std::int32_t tensor;
  std::int32_t row;
  std::int32_t column;
};

// A block packs one tile of kSide x kSide. Grid: (tiles, 1, trials).
struct PackWeights {
  static constexpr int kThreads = 256;
  static constexpr int kBlocksAtOnce = 4;
  static constexpr int kSide = 32;

  Trials trials;
  const PackedTensor* tensors;
  const PackTile* tiles;
  PerTrial<const float> parameters;
  PerTrial<float> packed;

  template <class Block>
  HEADSWEEP_HOST_DEVICE void operator()(Block& block) const {
    const PackTile tile = tiles[block.x()];
    const PackedTensor tensor = tensors[tile.tensor];
    const int trial = trials.number(block.z());
    const float* const flat = parameters.of(trial);
    float* const to = packed.of(trial);
    float* const square = block.template shared<float>(0);  // [kSide][kSide + 1]: no two rows share banks
    block.each_thread([&](int thread) {
      for (int i = thread; i < kSide * kSide; i += kThreads) {
        const int row = tile.row + i / kSide;
        const int column = tile.column + i % kSide;
        if (row >= tensor.rows || column >= tensor.columns) continue;
        const float weight = flat[tensor.weight + static_cast<std::int64_t>(row) * tensor.columns + column];
        to[tensor.plain + static_cast<std::int64_t>(row) * tensor.plain_stride + column] = weight;
        square[i / kSide * (kSide + 1) + i % kSide] = weight;
        if (column == 0) to[tensor.packed_bias + row] = flat[tensor.bias + row];
      }
    });
    block.barrier();
    block.each_thread([&](int thread) {
      for (int i = thread; i < kSide * kSide; i += kThreads) {
        const int column = tile.column + i / kSide;
        const int row = tile.row + i % kSide;
        if (row >= tensor.rows || column >= tensor.columns) continue;
        const float gain = tensor.gain < 0 ? 1.0F : flat[tensor.gain + column];
        to[tensor.transposed + static_cast<std::int64_t>(column) * tensor.transposed_stride + row] =
            gain * square[i % kSide * (kSide + 1) + i / kSide];
      }
    });
  }
};

}  // namespace headsweep::stacked
