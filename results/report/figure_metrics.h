// The metrics that the report draws.
#pragma once

#include <string>
#include <vector>

#include "metrics/metric.h"
#include "results/report/json.h"

namespace headsweep::report {

// The three definitions of mixing, both fidelities, what combining heads adds, head diversity, and the primary metrics
// of the sweep's [analysis] where they are others. In the order in which people read them.
std::vector<metrics::Metric> figure_metrics(const std::vector<std::string>& primary);

// [{"name", "unit", "walk_time", "meaning"}]
Json metrics_json(const std::vector<metrics::Metric>& metrics);

}  // namespace headsweep::report
