// The metrics that the report draws.
#pragma once

#include <vector>

#include "metrics/metric.h"
#include "results/report/json.h"
#include "results/statistics/arms.h"

namespace headsweep::report {

// The primary metrics of the sweep's [analysis], then that of its [replicate].
std::vector<metrics::Metric> named_metrics(const results::SweepAnalysis& analysis);

// The three definitions of mixing, both fidelities, what combining heads adds, head diversity, and named_metrics() where
// they are others. In the order in which people read them.
std::vector<metrics::Metric> figure_metrics(const results::SweepAnalysis& analysis);

// [{"name", "unit", "walk_time", "meaning"}]
Json metrics_json(const std::vector<metrics::Metric>& metrics);

}  // namespace headsweep::report
