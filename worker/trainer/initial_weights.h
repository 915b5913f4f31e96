// Initial weights of a trial: a pure function of the model, the similarity of its heads, the seed, the
// tensors' names and the element numbers, so equal for every head count of equal weight shapes.
//
// Element e of tensor `name` takes word e % 4 of
//   random_block(seed, Purpose::kInitialWeights, a = name_hash(name) >> 32, b = its low half, index = e / 4);
// u(w) = uniform_open(w). All arithmetic is double; the result is rounded once to the type of the buffer.
//   weight, bias  (2 u(w_e) - 1) / sqrt(fan_in)
//   embedding     Box-Muller on the block's word pairs (0, 1) and (2, 3): with r = sqrt(-2 ln u(first)) and
//                 t = 2 pi u(second), the pair's elements are r cos t and r sin t
//   gain          1
//   mixing        the identity
//
// Similar heads. rho = diversity.init_similarity holds for W_q and W_k, diversity.init_similarity_value for
// W_v, weights and biases. Each head owns equally many consecutive elements of the tensor. An element of a
// head is replaced by the one that all heads share iff u(w_e) < sqrt(rho), w_e from
// Purpose::kInitialWeightSharing in the same way; the shared element of a place within a head is drawn like
// any other, from Purpose::kSharedInitialWeights with e the place. So every head keeps its distribution, two
// heads have correlation rho, and rho = 0 changes nothing.
#pragma once

#include <cstdint>
#include <span>

#include "trial/settings.h"

namespace headsweep::trainer {

// Fills one trial's parameters in the order of trial::parameter_layout(settings.model), to whose total size
// `parameters` must be equal. T: float or double.
template <class T>
void fill_initial_weights(const trial::Settings& settings, std::span<T> parameters);

}  // namespace headsweep::trainer
