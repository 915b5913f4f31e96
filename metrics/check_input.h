// Refuses what is not causal attention before anything is computed from it.
#pragma once

#include <string>

#include "metrics/measure.h"

namespace headsweep::metrics {

// All throw UserError as said at measure_layer().
void check_layer(const LayerAttention& layer);
void check_options(const MeasureOptions& options, std::int64_t n);

// `dense`: [n][n]; `name` begins the message ("attention of head 2").
void check_attention(const std::string& name, std::span<const double> dense, std::int64_t n);

}  // namespace headsweep::metrics
