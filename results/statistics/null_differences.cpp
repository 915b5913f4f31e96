#include <cmath>

#include "results/statistics/compare.h"

namespace headsweep::results {

void append_null_differences(std::string_view null, const Replicates& replicates,
                             const MeasuredValues& values, const MeasuredValues& nulls, std::size_t most,
                             std::vector<NullDifference>& differences) {
  for (std::size_t arm = 0; arm < replicates.arms.size(); ++arm) {
    for (std::size_t place = 0; place < values.places().size(); ++place) {
      if (most > 0 && differences.size() >= most) return;
      std::vector<double> of_null;
      std::vector<double> difference;
      for (std::size_t i = 0; i < replicates.trials[arm].size(); ++i) {
        const double value = values.at(arm, i, place).value;
        const double null_value = nulls.at(arm, i, place).value;
        if (std::isnan(value) || std::isnan(null_value)) continue;
        if (values.version(arm, i) != nulls.version(arm, i)) continue;
        of_null.push_back(null_value);
        difference.push_back(value - null_value);
      }
      if (difference.empty()) continue;
      const Place& where = values.places()[place];
      differences.push_back({arm, where, std::string(null), in_unit(where.metric, mean_of(of_null)),
                             estimate_mean(difference)});
    }
  }
}

}  // namespace headsweep::results
