#include "metrics/synergy.h"

#include <algorithm>

namespace headsweep::metrics {
namespace {

double smallest(const std::vector<MetricValues>& heads, Metric metric) {
  double best = heads.front()[metric];
  for (const MetricValues& head : heads) best = std::min(best, head[metric]);
  return best;
}

double largest(const std::vector<MetricValues>& heads, Metric metric) {
  double best = heads.front()[metric];
  for (const MetricValues& head : heads) best = std::max(best, head[metric]);
  return best;
}

// A head without weight is never picked, however long it would take.
double weighted_mean(const std::vector<MetricValues>& heads, std::span<const double> importance,
                     Metric metric) {
  double sum = 0;
  for (std::size_t h = 0; h < heads.size(); ++h) {
    if (importance[h] > 0) sum += importance[h] * heads[h][metric];
  }
  return sum;
}

// Infinite minus infinite is NaN: undefined, as the header says.
void set_time_synergy(Metric synergy, Metric time, LayerValues& layer) {
  layer.combined[synergy] = smallest(layer.heads, time) - layer.combined[time];
}

void set_share_synergy(Metric synergy, Metric share, LayerValues& layer) {
  layer.combined[synergy] = layer.combined[share] - largest(layer.heads, share);
}

}  // namespace

void set_synergies(std::span<const double> importance, LayerValues& layer) {
  set_time_synergy(Metric::kMixingSynergyPaper, Metric::kMixingTimePaper, layer);
  set_time_synergy(Metric::kHittingSynergyForward, Metric::kHittingTimeForwardMean, layer);
  set_time_synergy(Metric::kHittingSynergyBackward, Metric::kHittingTimeBackwardMean, layer);
  set_share_synergy(Metric::kProgressSynergyForward, Metric::kProgressProbabilityForward, layer);
  set_share_synergy(Metric::kProgressSynergyBackward, Metric::kProgressProbabilityBackward, layer);
  set_share_synergy(Metric::kFidelitySynergy, Metric::kFidelityMin, layer);
  set_share_synergy(Metric::kFidelitySynergyInner, Metric::kFidelityMinInner, layer);
  MetricValues& combined = layer.combined;
  combined[Metric::kHittingSwitchingGainForward] =
      weighted_mean(layer.heads, importance, Metric::kHittingTimeForwardMean) -
      combined[Metric::kHittingTimeForwardMean];
  combined[Metric::kHittingSwitchingGainBackward] =
      weighted_mean(layer.heads, importance, Metric::kHittingTimeBackwardMean) -
      combined[Metric::kHittingTimeBackwardMean];
}

}  // namespace headsweep::metrics
