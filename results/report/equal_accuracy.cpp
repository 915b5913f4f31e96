#include "results/report/equal_accuracy.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "results/report/figure_metrics.h"
#include "results/report/planes.h"

namespace headsweep::report {
namespace {

using metrics::Metric;
using results::Statistics;

Json estimate_json(const results::Estimate& estimate) {
  return {{"n", estimate.n},
          {"mean", short_real(estimate.mean)},
          {"low", short_real(estimate.low)},
          {"high", short_real(estimate.high)}};
}

// Of ArmValue or Difference, at the layers of [analysis].
template <class T>
class ByArmAndMetric {
 public:
  ByArmAndMetric(const std::vector<T>& all, const std::string& layers) {
    for (const T& one : all) {
      if (one.place.layer == layers) found_[{one.arm, one.place.metric}] = &one.estimate;
    }
  }

  [[nodiscard]] std::optional<results::Estimate> find(std::size_t arm, Metric metric) const {
    const auto found = found_.find({arm, metric});
    return found == found_.end() ? std::nullopt : std::optional(*found->second);
  }

 private:
  std::map<std::pair<std::size_t, Metric>, const results::Estimate*> found_;
};

Json value_json(const std::optional<results::Estimate>& estimate) {
  return estimate_json(estimate.value_or(results::Estimate()));
}

Json difference_json(const std::optional<results::Estimate>& estimate, Metric metric) {
  if (!estimate) return nullptr;
  results::Estimate shown = *estimate;
  for (double* const value : {&shown.mean, &shown.low, &shown.high})
    *value = readable_difference(metric, *value);
  return estimate_json(shown);
}

std::vector<Metric> told_metrics(const results::SweepAnalysis& analysis) {
  std::vector<Metric> told;
  if (analysis.primary.empty()) told = results::headline_metrics();
  for (const Metric metric : named_metrics(analysis)) {
    if (std::ranges::find(told, metric) == told.end()) told.push_back(metric);
  }
  return told;
}

}  // namespace

Json equal_accuracy_json(const Statistics& at_steps, const Statistics& at_accuracy,
                         const std::vector<Metric>& metrics) {
  const std::string& layers = at_steps.analysis.layers;
  const ByArmAndMetric at_equal_steps(at_steps.values, layers);
  const ByArmAndMetric at_equal_accuracy(at_accuracy.values, layers);
  const ByArmAndMetric differences(at_accuracy.differences, layers);
  Json lines = Json::array();
  for (const Metric metric : told_metrics(at_steps.analysis)) {
    const auto place = std::ranges::find(metrics, metric);
    if (place == metrics.end()) continue;
    for (std::size_t arm = 0; arm < at_steps.arms.size(); ++arm) {
      if (at_steps.arms[arm].done == 0) continue;
      lines.push_back({{"arm", arm},
                       {"metric", place - metrics.begin()},
                       {"done", at_steps.arms[arm].done},
                       {"steps", value_json(at_equal_steps.find(arm, metric))},
                       {"accuracy", value_json(at_equal_accuracy.find(arm, metric))},
                       {"difference", difference_json(differences.find(arm, metric), metric)}});
    }
  }
  return lines;
}

}  // namespace headsweep::report
