// The numbers of a bundle of N trials of equal shapes, trial-major: row n belongs to trial n alone.
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "trial/settings.h"

namespace headsweep::trainer {

// Four flat tensors [N, P], P = total size of trial::parameter_layout(); named weights are views of a row.
// Rows begin on 64-byte boundaries, whatever P is: where a trial lies in its bundle must not change the
// vector loops, and so the rounding, of any library.
struct BundleBuffers {
  at::Tensor parameters;
  at::Tensor gradients;
  at::Tensor first_moments;   // of Adam
  at::Tensor second_moments;  // of Adam

  // All zero.
  BundleBuffers(std::int64_t trials, std::int64_t parameter_count, at::ScalarType dtype, at::Device device);
};

// Initial weights of one trial (initial_weights.h) as a flat tensor [P].
at::Tensor initial_parameters(const trial::Settings& settings, at::ScalarType dtype, at::Device device);

}  // namespace headsweep::trainer
