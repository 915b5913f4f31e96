// RMSNorm (Zhang and Sennrich 2019) of rows: y = gain x / sqrt(mean of x^2 + 2^-23), forward and backward.
//
// Rows are padded(width) apart; their padding and that of `gain` is zero. All thread-safe.
#pragma once

#include <cstddef>

namespace headsweep::fused {

// y of `rows` rows of x; inverse_rms[row] = 1 / sqrt(...), for the backward pass.
void rms_norm_forward(std::size_t rows, std::size_t width, const float* x, const float* gain, float* y,
                      float* inverse_rms);

// Adds the gradient of x to d_x and that of the gain to d_gain.
void rms_norm_backward(std::size_t rows, std::size_t width, const float* x, const float* gain,
                       const float* inverse_rms, const float* d_y, float* d_x, float* d_gain);

}  // namespace headsweep::fused
