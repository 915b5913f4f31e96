// The small passes between products: sums over rows, and dropout on the MLP's way back into the residual stream.
//
// All matrices are row-major with padded(width) floats a row; `rows` rows. All thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

namespace headsweep::fused {

// sums[column] += sum over rows of matrix[row][column]: the gradient of a bias. Columns up to padded(width).
void add_row_sums(std::size_t rows, std::size_t width, const float* matrix, float* sums);

// out = a + b, a whole row of padded(width) each.
void add_rows(std::size_t rows, std::size_t width, const float* a, const float* b, float* out);

// The decisions of a matrix's elements as one row (dropout_bits.h): element (row, column) is bit
// first_bit + row * width + column.
struct ElementBits {
  const std::uint8_t* bits;
  std::size_t first_bit;
};

// out[row][column] = scale * in[row][column] where it is kept, else zero.
void drop_elements(std::size_t rows, std::size_t width, const ElementBits& keep, float scale, const float* in,
                   float* out);

// The same, added to `out`.
void add_dropped_elements(std::size_t rows, std::size_t width, const ElementBits& keep, float scale,
                          const float* in, float* out);

}  // namespace headsweep::fused
