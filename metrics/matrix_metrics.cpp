#include "metrics/matrix_metrics.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "metrics/mixing_time.h"
#include "metrics/paper_walk.h"
#include "metrics/walk.h"

namespace headsweep::metrics {
namespace {

struct DirectionMetrics {
  Metric mixing_time;
  Metric hitting_time_mean;
  Metric hitting_time_max;
  Metric progress_probability;
};
constexpr DirectionMetrics kForward = {Metric::kMixingTimeForward, Metric::kHittingTimeForwardMean,
                                       Metric::kHittingTimeForwardMax, Metric::kProgressProbabilityForward};
constexpr DirectionMetrics kBackward = {Metric::kMixingTimeBackward, Metric::kHittingTimeBackwardMean,
                                        Metric::kHittingTimeBackwardMax,
                                        Metric::kProgressProbabilityBackward};

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

void set_expected(const Walk& walk, const DirectionMetrics& metrics, MetricValues& values) {
  if (walk.states() == 0) return;
  values[metrics.hitting_time_mean] = mean(hitting_times(walk));
  values[metrics.progress_probability] = progress_probability(walk);
}

void set_direction(const Walk& walk, const DirectionMetrics& metrics, MetricValues& values) {
  if (walk.states() == 0) return;
  const std::vector<double> times = hitting_times(walk);
  values[metrics.mixing_time] = mixing_time(walk);
  values[metrics.hitting_time_mean] = mean(times);
  values[metrics.hitting_time_max] = std::ranges::max(times);
  values[metrics.progress_probability] = progress_probability(walk);
}

}  // namespace

void set_walk_metrics(const LowerTriangle& attention, const LowerTriangle& flow, MetricValues& values) {
  values[Metric::kMixingTimePaper] = paper_mixing_time(attention);
  set_direction(forward_walk(flow), kForward, values);
  set_direction(backward_walk(attention), kBackward, values);
}

void set_expected_steps(const LowerTriangle& attention, const LowerTriangle& flow, MetricValues& values) {
  values[Metric::kMixingTimePaper] = paper_mixing_time(attention);
  set_expected(forward_walk(flow), kForward, values);
  set_expected(backward_walk(attention), kBackward, values);
}

void set_fidelity(const FidelityWalk& walk, MetricValues& values) {
  const MinFidelity fidelity = min_fidelity(walk.peaks());
  values[Metric::kFidelityMin] = fidelity.all;
  if (fidelity.argmin < 0) return;
  values[Metric::kFidelityMinInner] = fidelity.inner;
  values[Metric::kFidelityArgminInner] = static_cast<double>(fidelity.argmin);
  values[Metric::kFidelityArgminInnerT] = static_cast<double>(fidelity.argmin_step);
  values[Metric::kFidelityCensored] = may_still_rise(walk, fidelity.argmin) ? 1 : 0;
}

void set_min_fidelity(const FidelityWalk& walk, MetricValues& values) {
  const MinFidelity fidelity = min_fidelity(walk.peaks());
  values[Metric::kFidelityMin] = fidelity.all;
  values[Metric::kFidelityMinInner] = fidelity.inner;
}

}  // namespace headsweep::metrics
