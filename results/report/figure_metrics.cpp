#include "results/report/figure_metrics.h"

#include <algorithm>
#include <array>
#include <string>

namespace headsweep::report {
namespace {

using metrics::Metric;

constexpr std::array kAlwaysDrawn = {
    Metric::kMixingTimePaper,
    Metric::kMixingTimeForward,
    Metric::kMixingTimeBackward,
    Metric::kHittingTimeForwardMean,
    Metric::kHittingTimeBackwardMean,
    Metric::kFidelityMinInner,
    Metric::kFidelityMin,
    Metric::kFidelityRelevant,
    Metric::kFidelitySwitchingGain,
    Metric::kJsDivergence,
    Metric::kDisagreementOutput,
    Metric::kLinearCka,
};

}  // namespace

std::vector<Metric> named_metrics(const results::SweepAnalysis& analysis) {
  std::vector<std::string> names = analysis.primary;
  if (analysis.replicate) names.push_back(analysis.replicate->metric);
  std::vector<Metric> named;
  for (const std::string& name : names) {
    const auto metric = metrics::find_metric(name);
    if (metric && std::ranges::find(named, *metric) == named.end()) named.push_back(*metric);
  }
  return named;
}

std::vector<Metric> figure_metrics(const results::SweepAnalysis& analysis) {
  std::vector<Metric> drawn(kAlwaysDrawn.begin(), kAlwaysDrawn.end());
  for (const Metric metric : named_metrics(analysis)) {
    if (std::ranges::find(drawn, metric) == drawn.end()) drawn.push_back(metric);
  }
  return drawn;
}

Json metrics_json(const std::vector<Metric>& metrics) {
  Json list = Json::array();
  for (const Metric metric : metrics) {
    const metrics::MetricInfo& info = metrics::metric_info(metric);
    list.push_back({{"name", info.name},
                    {"unit", info.unit},
                    {"walk_time", info.scale == metrics::Scale::kWalkTime},
                    {"meaning", info.meaning}});
  }
  return list;
}

}  // namespace headsweep::report
