#include "metrics/synergy.h"

#include <algorithm>
#include <array>
#include <optional>

namespace headsweep::metrics {
namespace {

struct Range {
  double smallest;
  double largest;
};

Range range_over_heads(const std::vector<MetricValues>& heads, Metric metric) {
  Range range{heads.front()[metric], heads.front()[metric]};
  for (const MetricValues& head : heads) {
    range.smallest = std::min(range.smallest, head[metric]);
    range.largest = std::max(range.largest, head[metric]);
  }
  return range;
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

// The three differences of one metric, each positive where the combination is better.
struct Against {
  Metric of;
  Metric best;
  std::optional<Metric> mean;
  std::optional<Metric> worst;
};

// Shorter is better. Infinite minus infinite is NaN: undefined, as the header says.
constexpr std::array kTimes = {
    Against{Metric::kMixingTimePaper, Metric::kMixingSynergyPaper, Metric::kMixingSynergyPaperMean,
            Metric::kMixingSynergyPaperWorst},
    Against{Metric::kHittingTimeForwardMean, Metric::kHittingSynergyForward,
            Metric::kHittingSwitchingGainForward, Metric::kHittingSynergyForwardWorst},
    Against{Metric::kHittingTimeBackwardMean, Metric::kHittingSynergyBackward,
            Metric::kHittingSwitchingGainBackward, Metric::kHittingSynergyBackwardWorst},
};

// More is better.
constexpr std::array kShares = {
    Against{Metric::kProgressProbabilityForward, Metric::kProgressSynergyForward, {}, {}},
    Against{Metric::kProgressProbabilityBackward, Metric::kProgressSynergyBackward, {}, {}},
    Against{Metric::kFidelityMin, Metric::kFidelitySynergy, Metric::kFidelitySynergyMean,
            Metric::kFidelitySynergyWorst},
    Against{Metric::kFidelityMinInner, Metric::kFidelitySynergyInner, Metric::kFidelitySynergyInnerMean,
            Metric::kFidelitySynergyInnerWorst},
};

}  // namespace

void set_synergies(std::span<const double> importance, LayerValues& layer) {
  MetricValues& together = layer.combined;
  for (const Against& time : kTimes) {
    const Range alone = range_over_heads(layer.heads, time.of);
    together[time.best] = alone.smallest - together[time.of];
    if (time.mean) together[*time.mean] = weighted_mean(layer.heads, importance, time.of) - together[time.of];
    if (time.worst) together[*time.worst] = alone.largest - together[time.of];
  }
  for (const Against& share : kShares) {
    const Range alone = range_over_heads(layer.heads, share.of);
    together[share.best] = together[share.of] - alone.largest;
    if (share.mean) {
      together[*share.mean] = together[share.of] - weighted_mean(layer.heads, importance, share.of);
    }
    if (share.worst) together[*share.worst] = together[share.of] - alone.smallest;
  }
}

}  // namespace headsweep::metrics
