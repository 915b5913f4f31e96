#include <cmath>

#include "results/statistics/compare.h"

namespace headsweep::results {
namespace {

ArmValue value_of(std::size_t arm, std::size_t place, const Replicates& replicates,
                  const MeasuredValues& values) {
  ArmValue result{arm, values.places()[place], {}, 0, 0, {}};
  const metrics::Metric metric = result.place.metric;
  std::vector<double> analysed;
  for (std::size_t i = 0; i < replicates.trials[arm].size(); ++i) {
    const Measured& measured = values.at(arm, i, place);
    if (std::isnan(measured.value)) continue;
    const Replicate& one = replicates.trials[arm][i];
    analysed.push_back(measured.value);
    result.seeds.push_back(
        {one.seed, one.trial, in_unit(metric, measured.value), measured.censored, measured.sequences});
    result.censored += measured.censored;
    result.sequences += measured.sequences;
  }
  const Estimate estimate = estimate_mean(analysed);
  const bool walk_time = metrics::metric_info(metric).scale == metrics::Scale::kWalkTime;
  result.estimate = walk_time ? geometric(estimate) : estimate;
  return result;
}

}  // namespace

std::vector<ArmValue> arm_values(const Replicates& replicates, const MeasuredValues& values) {
  std::vector<ArmValue> result;
  for (std::size_t arm = 0; arm < replicates.arms.size(); ++arm) {
    for (std::size_t place = 0; place < values.places().size(); ++place) {
      ArmValue value = value_of(arm, place, replicates, values);
      if (!value.seeds.empty()) result.push_back(std::move(value));
    }
  }
  return result;
}

}  // namespace headsweep::results
