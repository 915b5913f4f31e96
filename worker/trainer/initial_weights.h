// Initial weights of a trial: a pure function of the seed, the tensors' names and the element numbers, so
// equal for every head count of equal weight shapes.
//
// Element e of tensor `name` takes word e % 4 of
//   random_block(seed, Purpose::kInitialWeights, a = name_hash(name) >> 32, b = its low half, index = e / 4);
// u(w) = uniform_open(w). All arithmetic is double; the result is rounded once to the type of the buffer.
//   weight, bias  (2 u(w_e) - 1) / sqrt(fan_in)
//   embedding     Box-Muller on the block's word pairs (0, 1) and (2, 3): with r = sqrt(-2 ln u(first)) and
//                 t = 2 pi u(second), the pair's elements are r cos t and r sin t
//   gain          1
#pragma once

#include <cstdint>
#include <span>

#include "trial/settings.h"

namespace headsweep::trainer {

// Fills one trial's parameters in the order of trial::parameter_layout(model), to whose total size
// `parameters` must be equal. T: float or double.
template <class T>
void fill_initial_weights(const trial::ModelSettings& model, std::uint32_t seed, std::span<T> parameters);

}  // namespace headsweep::trainer
