// All numbers of one layer and split, packed: a plane of the report's document.
//
// {"layer", "split",
//  of metrics x done trials:  "values", "differences"
//  of metrics x arms:         "mean", "low", "high", "sd", "censored", "difference", "difference_low",
//                             "difference_high", "p", "smallest_p"
//  of metrics x arms by null: "nulls", "null_changes"}
// Each is one string (packed_numbers.h), metric after metric. Differences to the baseline and changes of nulls between
// an arm and its baseline are ratios for walk times.
#pragma once

#include <string>
#include <vector>

#include "results/report/done_trials.h"

namespace headsweep::report {

// Of every layer that `statistics` has; that of `first_layer` comes first, then as people read them.
std::vector<Json> plane_list(const results::Statistics& statistics,
                             const std::vector<metrics::Metric>& metrics, const DoneTrials& trials,
                             const std::string& first_layer);

// A difference on the analysis' scale as people read it: of walk times the ratio.
double readable_difference(metrics::Metric metric, double difference);

// How a null differs between two arms, the same way; by the means that it has beside each.
double null_change(metrics::Metric metric, double of_arm, double of_baseline);

}  // namespace headsweep::report
