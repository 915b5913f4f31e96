// Scaled transposition of float32 matrices.
#pragma once

#include <cstddef>

namespace headsweep::fused {

// out[column * out_stride + row] = scale * in[row * in_stride + column], for rows up to the next multiple of kPad and
// columns up to the next multiple of 4: both buffers are padded to that. The two do not overlap. Thread-safe.
void transpose(const float* in, std::size_t in_stride, std::size_t rows, std::size_t columns, float scale,
               float* out, std::size_t out_stride);

}  // namespace headsweep::fused
