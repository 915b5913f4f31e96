#include "results/report/two_stage_rule.h"

#include <limits>
#include <string>

#include "results/report/number_text.h"
#include "results/statistics/two_stage.h"

namespace headsweep::report {
namespace {

bool is_walk_time(const std::string& name) {
  const auto metric = metrics::find_metric(name);
  return metric && metrics::metric_info(*metric).scale == metrics::Scale::kWalkTime;
}

}  // namespace

std::string rule_text(const results::Statistics& statistics) {
  const results::ReplicateRule& rule = *statistics.analysis.replicate;
  const std::string n0 = std::to_string(rule.first_seeds.size());
  return "The interval is the result; nothing is tested. The number of seeds followed Stein's two-stage "
         "rule, which the "
         "sweep fixed before its first trial ([replicate]): the standard deviation s of the first n0 = " +
         n0 + " paired differences of " + rule.metric +
         " asks for n = ceil((t(0.975, n0 - 1) s / h)^2) pairs, h = " + number_text(rule.half_width) +
         (is_walk_time(rule.metric) ? " (of log10)" : "") + ", and all arms got the largest n, at most " +
         std::to_string(rule.max_seeds) +
         ". The 95% interval of that metric is the mean over all n -+ t(0.975, n0 - 1) s / sqrt(n).";
}

Json rule_json(const results::Statistics& statistics) {
  Json lines = Json::array();
  if (!statistics.analysis.replicate) return lines;
  const results::ReplicateRule& rule = *statistics.analysis.replicate;
  for (const results::Difference& difference : statistics.differences) {
    if (!difference.two_stage) continue;
    const results::Estimate first = results::first_stage(difference, rule.first_seeds);
    const std::int64_t any = std::numeric_limits<std::int32_t>::max();
    lines.push_back({{"arm", difference.arm},
                     {"n0", first.n},
                     {"s", real(first.sd)},
                     {"asked", results::two_stage_count(first, rule.half_width, any)},
                     {"n", difference.estimate.n},
                     {"half_width", real((difference.estimate.high - difference.estimate.low) / 2)}});
  }
  return lines;
}

}  // namespace headsweep::report
