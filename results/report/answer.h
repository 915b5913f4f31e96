// The report's first screen in words: what the confirmatory comparisons say, by how much, how sure, and whether the
// nulls move as far.
#pragma once

#include <vector>

#include "results/report/comparisons.h"
#include "results/status.h"

namespace headsweep::report {

// {"question", "warnings": [], "sentences": [{"verdict", "tone": established | "", "text", "detail"}], "notes": []}
// Few comparisons are a sentence each; of many, each task and metric tells its largest and counts the others.
Json answer_json(const results::Statistics& statistics, const std::vector<ConfirmatoryTest>& tests,
                 const results::Status& status, bool rule_decided);

// "1 head": the arm that others are compared to, in words.
std::string baseline_label(const results::SweepAnalysis& analysis);

}  // namespace headsweep::report
