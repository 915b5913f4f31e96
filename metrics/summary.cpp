#include <algorithm>
#include <cmath>

#include "metrics/metric.h"

namespace headsweep::metrics {
namespace {

MetricSummary mean_and_deviation(std::span<const double> values) {
  MetricSummary summary;
  summary.n = static_cast<std::int64_t>(values.size());
  if (values.empty()) return summary;
  const auto count = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  summary.mean = sum / count;
  double squares = 0;
  for (const double value : values) squares += (value - summary.mean) * (value - summary.mean);
  summary.std = std::sqrt(squares / count);
  return summary;
}

MetricSummary summarize_plain(std::span<const MetricValues> sequences, Metric metric) {
  std::vector<double> values;
  for (const MetricValues& sequence : sequences) {
    if (std::isfinite(sequence[metric])) values.push_back(sequence[metric]);
  }
  return mean_and_deviation(values);
}

MetricSummary summarize_walk_time(std::span<const MetricValues> sequences, Metric metric) {
  std::vector<double> logarithms;
  std::int64_t censored = 0;
  for (const MetricValues& sequence : sequences) {
    const double time = sequence[metric];
    if (std::isnan(time)) continue;
    if (time > kWalkTimeCap) ++censored;
    logarithms.push_back(std::log10(std::min(time, kWalkTimeCap)));
  }
  MetricSummary summary = mean_and_deviation(logarithms);
  summary.mean = std::pow(10.0, summary.mean);
  summary.censored = censored;
  return summary;
}

}  // namespace

MetricSummaries summarize(std::span<const MetricValues> sequences) {
  MetricSummaries summaries;
  for (const MetricInfo& info : all_metrics()) {
    summaries[static_cast<std::size_t>(info.metric)] = info.scale == Scale::kWalkTime
                                                           ? summarize_walk_time(sequences, info.metric)
                                                           : summarize_plain(sequences, info.metric);
  }
  return summaries;
}

}  // namespace headsweep::metrics
