// The comparisons of a sweep as JSON: the confirmatory family with what the tests say, and trends over head counts.
#pragma once

#include <string>
#include <vector>

#include "results/report/json.h"
#include "results/statistics/statistics.h"

namespace headsweep::report {

// One test of the confirmatory family and how far each null moves between the same arms.
struct ConfirmatoryTest {
  const results::Difference* difference;
  std::vector<std::pair<std::string, double>>
      null_changes;  // readable_difference() of each null that is there
};

// In the order of metrics, then arms. Points into `statistics`.
std::vector<ConfirmatoryTest> confirmatory_tests(const results::Statistics& statistics);

// Whether Holm's correction rejects "no difference".
bool is_established(const results::Difference& difference);

// What is to be said of it in a few words: "established", "not established", "cannot be established with 3 pairs", ...; of a sweep
// without p-values that the interval is the result.
std::string verdict(const results::Statistics& statistics, const results::Difference& difference);

Json confirmatory_json(const results::Statistics& statistics, const std::vector<ConfirmatoryTest>& tests,
                       const std::vector<metrics::Metric>& metrics);
// At the layer of [analysis], of its primary metrics and the headline ones.
Json trends_json(const results::Statistics& statistics, const std::vector<metrics::Metric>& metrics);

}  // namespace headsweep::report
