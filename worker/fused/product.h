// Matrix products of the fused step: out = left right, float32, with what follows a product fused into it.
//
// Matrices are row-major. Columns of `right` and `out` come in whole groups of kPad: buffers are padded, and what
// lies in the padding of `right` (zeros) decides what lands in that of `out`.
#pragma once

#include <cstddef>

namespace headsweep::fused {

// Widths of all buffers are multiples of this: 16 floats, one AVX-512 vector or several smaller ones.
inline constexpr std::size_t kPad = 16;

// Columns of one panel of a packed right factor.
inline constexpr std::size_t kPanel = 64;

constexpr std::size_t padded(std::size_t count) {
  return (count + kPad - 1) / kPad * kPad;
}

struct Product {
  std::size_t rows;
  std::size_t columns;  // a multiple of kPad
  std::size_t depth;

  // Element (row, p) is left[row * left_stride + p], or left[p * left_stride + row] if left_is_transposed.
  const float* left;
  std::size_t left_stride;
  bool left_is_transposed = false;

  // Element (p, column) is right[column / kPanel * right_panel_step + p * right_stride + column % kPanel]: panels
  // side by side in a plain row-major matrix with the default step, or packed (model_layout.h).
  const float* right;
  std::size_t right_stride;
  std::size_t right_panel_step = kPanel;

  float* out;
  std::size_t out_stride;

  // In this order: the sum begins with bias[column] (null: zero), `out` is added, negatives become zero, and where
  // gate[row * out_stride + column] is not positive the result is zero (null: no gate).
  const float* bias = nullptr;
  bool add = false;
  bool relu = false;
  const float* gate = nullptr;
};

// Every element of `out` is one sum in the order of p, whatever the sizes. Thread-safe.
void multiply(const Product& product);

}  // namespace headsweep::fused
