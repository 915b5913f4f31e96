// Which keys a query sees, as a tensor to be added to attention scores.
#pragma once

#include <ATen/core/Tensor.h>

#include "trial/settings.h"

namespace headsweep::trainer {

// 0 where the query sees the key, -infinity elsewhere: [T, T] where all heads see the same, else
// [heads, T, T]; the graphs are those of trial/head_graphs.h. Every query sees itself. A softmax over scores
// plus mask is exactly zero where the mask is -infinity. `options`: dtype and device.
at::Tensor attention_mask(const trial::Settings& settings, const at::TensorOptions& options);

}  // namespace headsweep::trainer
