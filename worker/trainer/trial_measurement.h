// Everything that is measured of a trial: along its training, and when it is trained.
#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

#include "protocol/trial_result.h"
#include "trial/settings.h"
#include "worker/trainer/measurement.h"

namespace headsweep::trainer {

// Core metrics of the layers on both splits, as [measure] every asks for. Throws UserError where the attention is no
// probability (a diverged model), and what the sign of life of `work` throws.
std::vector<protocol::LayerMeasurement> measure_along_the_way(const trial::Settings& settings,
                                                              const at::Tensor& parameters,
                                                              const MeasurementWork& work);

// Of the trained weights [P], on both splits: fills losses, accuracies, layers, heads, nulls, sequences and nodes of
// `result`. The untrained null has the dtype and device of `parameters`. Throws as measure_along_the_way().
void measure_trained(const trial::Settings& settings, const at::Tensor& parameters,
                     const MeasurementWork& work, protocol::TrialResult& result);

}  // namespace headsweep::trainer
