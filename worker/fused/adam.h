// The sum of the gradients of all chunks of a batch, and Adam (Kingma and Ba 2015), in one pass over flat buffers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace headsweep::fused {

// One update's factors, as worker/trainer/adam.h defines it.
struct AdamStep {
  float step_size;           // learning rate / (1 - beta1^update)
  float inverse_correction;  // 1 / sqrt(1 - beta2^update)
};
AdamStep adam_step(double learning_rate, std::int64_t update);  // update from 1

// A trial's rows of the flat buffers, from some element on.
struct AdamBuffers {
  float* parameters;
  float* gradients;
  float* first_moments;
  float* second_moments;
};

// Elements 0 .. count-1: gradient = sum over the parts of parts[c][offset + i], in their order, and with it the
// update. Every element is computed alone: the same bits however a buffer is cut. Thread-safe.
void reduce_and_update(std::span<const float* const> parts, std::size_t offset, std::size_t count,
                       const AdamStep& step, const AdamBuffers& buffers);

}  // namespace headsweep::fused
