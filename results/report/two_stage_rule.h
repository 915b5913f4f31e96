// What a sweep's [replicate] fixed and what its first seeds asked for.
#pragma once

#include <string>

#include "results/report/json.h"
#include "results/statistics/statistics.h"

namespace headsweep::report {

// The rule in a sentence or two, for the page's first screen. Requires statistics.analysis.replicate.
std::string rule_text(const results::Statistics& statistics);

// One line a comparison that follows the rule, whether its metric is a primary one or not: {"arm", "n0", "s", "asked", "n", "half_width"}: seeds of the first stage, the
// standard deviation of their differences, the pairs that it asks for, those there are, half of the interval's width. s and
// half_width on the scale of the analysis (walk times: log10). Empty without [replicate].
Json rule_json(const results::Statistics& statistics);

}  // namespace headsweep::report
