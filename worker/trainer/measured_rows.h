// Measurements in the form of a trial's result: summaries over the sequences, and single sequences and positions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "protocol/trial_result.h"
#include "worker/trainer/measurement.h"

namespace headsweep::trainer {

// Layers in order, then the whole model.
std::vector<protocol::LayerMeasurement> layer_measurements(const Measurement& measured,
                                                           protocol::Split split);

// `unreachable`: of each head, what HeadMeasurement says of its graph.
std::vector<protocol::HeadMeasurement> head_measurements(const Measurement& measured, protocol::Split split,
                                                         std::span<const std::int64_t> unreachable);

// Of each null: layers in order, then the whole model.
std::vector<protocol::NullMeasurement> null_measurements(const Measurement& measured, protocol::Split split);

// Of each layer: its combination and then its heads, sequence by sequence; then the whole model.
std::vector<protocol::SequenceMeasurement> sequence_measurements(const Measurement& measured,
                                                                 protocol::Split split);

// Every position of every layer's combination.
std::vector<protocol::NodeMeasurement> node_measurements(const Measurement& measured, protocol::Split split);

}  // namespace headsweep::trainer
