// Numbers to feed kernels with.
#pragma once

#include <cstdint>

#include "random/counter_random.h"
#include "worker/fused/aligned_floats.h"
#include "worker/fused/product.h"

namespace headsweep::fused {

// Number `index` of a series, uniform in (-1, 1).
inline float sample(std::uint32_t series, std::uint64_t index) {
  const auto block = random::random_block(series, random::Purpose::kInitialWeights, 0, 0, index / 4);
  return static_cast<float>(2 * random::uniform_open(block[index % 4]) - 1);
}

// `allocated` rows, padded(columns) floats apart, of which the first `rows` have samples and the rest and all padding
// zero.
inline AlignedFloats sample_matrix(std::uint32_t series, std::size_t rows, std::size_t columns,
                                   std::size_t allocated = 0) {
  AlignedFloats matrix((allocated > rows ? allocated : rows) * padded(columns));
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      matrix[row * padded(columns) + column] = sample(series, row * columns + column);
    }
  }
  return matrix;
}

}  // namespace headsweep::fused
