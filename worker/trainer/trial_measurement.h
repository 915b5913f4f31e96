// Everything that is measured of a trial: along its training, and when it is trained.
#pragma once

#include <functional>
#include <vector>

#include <ATen/core/Tensor.h>

#include "protocol/trial_result.h"
#include "trial/settings.h"

namespace headsweep::trainer {

// Core metrics of the layers on both splits, as [measure] every asks for. `sign_of_life` is called after each sequence.
// Throws UserError where the attention is no probability (a diverged model).
std::vector<protocol::LayerMeasurement> measure_along_the_way(const trial::Settings& settings,
                                                              const at::Tensor& parameters,
                                                              const std::function<void()>& sign_of_life);

// Of the trained weights [P], on both splits: fills losses, accuracies, layers, heads, nulls, sequences and nodes of
// `result`. The untrained null has the dtype and device of `parameters`. Throws as measure_along_the_way().
void measure_trained(const trial::Settings& settings, const at::Tensor& parameters,
                     const std::function<void()>& sign_of_life, protocol::TrialResult& result);

}  // namespace headsweep::trainer
