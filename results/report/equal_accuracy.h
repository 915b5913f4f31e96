// The comparisons that the sweep is made for once more, at equal accuracy in place of equal steps.
#pragma once

#include <vector>

#include "metrics/metric.h"
#include "results/report/json.h"
#include "results/statistics/statistics.h"

namespace headsweep::report {

// One line an arm and metric at the layers of [analysis]: {"arm", "metric", "done", "steps": E, "accuracy": E, "difference": D}.
// `metric`: its place in `metrics`; `done`: trials. E = {"n", "mean", "low", "high"}: over seeds at equal steps and at the first measurement at or above 90% of the ceiling accuracy; D: the
// same of the paired differences there, readable (walk times: ratios), null for a baseline. Lines of arms that never got there
// have E with n = 0.
Json equal_accuracy_json(const results::Statistics& at_steps, const results::Statistics& at_accuracy,
                         const std::vector<metrics::Metric>& metrics);

}  // namespace headsweep::report
