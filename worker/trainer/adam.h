// Adam (Kingma and Ba 2015) over flat buffers.
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace headsweep::trainer {

inline constexpr double kAdamBeta1 = 0.9;
inline constexpr double kAdamBeta2 = 0.999;
inline constexpr double kAdamEpsilon = 1e-8;

// Update number `update` (from 1), in place, element by element; tensors of equal shape:
//   m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
//   p -= rate / (1 - b1^update) * m / (sqrt(v) / sqrt(1 - b2^update) + eps)
// No weight decay. No element depends on another, so neither on how trials are stacked.
void adam_update(const at::Tensor& parameters, const at::Tensor& gradients, const at::Tensor& first_moments,
                 const at::Tensor& second_moments, double learning_rate, std::int64_t update);

}  // namespace headsweep::trainer
