#include "cli/graph_metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "metrics/metric.h"

namespace headsweep::cli {
namespace {

using metrics::Metric;

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

constexpr std::array kWalkMetrics = {Metric::kHittingTimeForwardMean,
                                     Metric::kHittingTimeForwardMax,
                                     Metric::kHittingTimeBackwardMean,
                                     Metric::kHittingTimeBackwardMax,
                                     Metric::kProgressProbabilityForward,
                                     Metric::kProgressProbabilityBackward,
                                     Metric::kFidelityMinInner,
                                     Metric::kFidelityMin,
                                     Metric::kFidelityArgminInner,
                                     Metric::kFidelityArgminInnerT,
                                     Metric::kFidelityCensored};

// Of the combination only.
constexpr std::array kTogetherMetrics = {Metric::kFidelityParallel,
                                         Metric::kFidelitySwitchingGain,
                                         Metric::kFidelitySynergy,
                                         Metric::kFidelitySynergyInner,
                                         Metric::kHittingSynergyForward,
                                         Metric::kHittingSynergyBackward,
                                         Metric::kHittingSwitchingGainForward,
                                         Metric::kHittingSwitchingGainBackward,
                                         Metric::kProgressSynergyForward,
                                         Metric::kProgressSynergyBackward};

void append_mixing(const std::string& name, const graphs::MixingTimes& times, NamedValues& values) {
  const auto shown = [](double steps) { return std::isfinite(steps) ? steps : kUndefined; };
  values.emplace_back(name, shown(times.worst));
  values.emplace_back(name + "_censored", times.censored ? 1 : 0);
  values.emplace_back(name + "_mean", shown(times.mean));
  values.emplace_back(name + "_mean_inner", shown(times.mean_inner));
  values.emplace_back(name + "_uniform", shown(times.uniform));
  values.emplace_back(name + "_uniform_inner", shown(times.uniform_inner));
}

template <std::size_t N>
void append(const std::array<Metric, N>& metrics, const metrics::MetricValues& from, NamedValues& values) {
  for (const Metric metric : metrics) values.emplace_back(metrics::metric_info(metric).name, from[metric]);
}

}  // namespace

NamedValues named_values(const graphs::GraphMeasurement& measured) {
  NamedValues values;
  append_mixing("mixing_time_forward", measured.mixing_forward, values);
  append_mixing("mixing_time_backward", measured.mixing_backward, values);
  append(kWalkMetrics, measured.values, values);
  values.emplace_back("fidelity_normalised", measured.fidelity_normalised);
  const bool together = !std::isnan(measured.values[Metric::kFidelityParallel]);
  if (together) append(kTogetherMetrics, measured.values, values);
  return values;
}

bool is_whole(const std::string& name) {
  constexpr std::array<std::string_view, 11> kWhole = {"mixing_time_forward",
                                                       "mixing_time_forward_censored",
                                                       "mixing_time_forward_uniform",
                                                       "mixing_time_forward_uniform_inner",
                                                       "mixing_time_backward",
                                                       "mixing_time_backward_censored",
                                                       "mixing_time_backward_uniform",
                                                       "mixing_time_backward_uniform_inner",
                                                       "fidelity_argmin_inner",
                                                       "fidelity_argmin_inner_t",
                                                       "fidelity_censored"};
  return std::ranges::find(kWhole, name) != kWhole.end();
}

}  // namespace headsweep::cli
