// The numbers of a graph's measurement by name, in the order in which they are printed.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "graphs/measure.h"

namespace headsweep::cli {

// Names of metrics/metric.h, and beside them: fidelity_normalised, mixing_time_<direction>_censored (0 or 1), _mean,
// _mean_inner, _uniform, _uniform_inner. NaN: undefined or cut; +infinity: the walk need not end.
using NamedValues = std::vector<std::pair<std::string, double>>;

NamedValues named_values(const graphs::GraphMeasurement& measured);

// Whether the value is a whole number by its meaning: steps of mixing, positions, flags.
bool is_whole(const std::string& name);

}  // namespace headsweep::cli
