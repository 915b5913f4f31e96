// The names of everything that is measured: one table for the store's columns, JSON keys and the command
// line.
//
// Formulas, sources, ranges and what each number must not be read as: docs/metrics.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace headsweep::metrics {

enum class Metric : std::uint8_t {
  kMixingTimePaper,
  kMixingTimeForward,
  kMixingTimeBackward,
  kHittingTimeForwardMean,
  kHittingTimeForwardMax,
  kHittingTimeBackwardMean,
  kHittingTimeBackwardMax,
  kProgressProbabilityForward,
  kProgressProbabilityBackward,
  kFidelityMinInner,
  kFidelityMin,
  kFidelityArgminInner,
  kFidelityArgminInnerT,
  kFidelityCensored,
  kHeadImportance,
  kFidelityParallel,
  kFidelitySwitchingGain,
  kHittingSynergyForward,
  kHittingSynergyBackward,
  kHittingSynergyForwardWorst,
  kHittingSynergyBackwardWorst,
  kHittingSwitchingGainForward,
  kHittingSwitchingGainBackward,
  kProgressSynergyForward,
  kProgressSynergyBackward,
  kMixingSynergyPaper,
  kMixingSynergyPaperMean,
  kMixingSynergyPaperWorst,
  kFidelitySynergy,
  kFidelitySynergyMean,
  kFidelitySynergyWorst,
  kFidelitySynergyInner,
  kFidelitySynergyInnerMean,
  kFidelitySynergyInnerWorst,
  kDisagreementOutput,
  kDisagreementPosition,
  kDisagreementSubspace,
  kDisagreementOutputLi,
  kDisagreementPositionLi,
  kDisagreementSubspaceLi,
  kJsDivergence,
  kCosineSimilarity,
  kCommutatorNorm,
  kLinearCka,
  kFidelityRelevant,
};
inline constexpr std::size_t kMetricCount = static_cast<std::size_t>(Metric::kFidelityRelevant) + 1;

// kWalkTime: aggregated as log10(min(T, 10^6)), with the number cut; everything else by plain mean.
enum class Scale : std::uint8_t { kPlain, kWalkTime };
// What it is a property of. kLayer: the heads of a layer combined; kHead: one head; kBoth.
enum class Scope : std::uint8_t { kLayer, kHead, kBoth };

struct MetricInfo {
  Metric metric;
  std::string_view name;  // store column and JSON key
  std::string_view unit;  // "steps", "fraction", "position", "flag", "-"
  Scale scale;
  Scope scope;
  bool core;                 // also measured along the way of a training, with MeasureOptions::core_only
  std::string_view meaning;  // one line
};

// In the order of the enumeration.
std::span<const MetricInfo, kMetricCount> all_metrics();
const MetricInfo& metric_info(Metric metric);
std::optional<Metric> find_metric(std::string_view name);

// The values of one sequence (of one layer, head or model). NaN: undefined (no meaning here, or no such
// number); +infinity: infinite, or a mixing time above 10^6 steps.
struct MetricValues {
  std::array<double, kMetricCount> values;

  MetricValues() { values.fill(std::numeric_limits<double>::quiet_NaN()); }
  double& operator[](Metric metric) { return values[static_cast<std::size_t>(metric)]; }
  double operator[](Metric metric) const { return values[static_cast<std::size_t>(metric)]; }
};

inline constexpr double kWalkTimeCap = 1e6;  // steps

// One metric over several sequences. Population standard deviation.
// Walk times: mean = geometric mean of min(T, cap), std = that of log10(min(T, cap)), censored = number cut
// at the cap, infinite ones included. NaN values are left out and not counted, in metrics of the plain scale
// infinite ones too (there they are undefined, not censored); n = 0 means no value at all (NULL).
struct MetricSummary {
  double mean = std::numeric_limits<double>::quiet_NaN();
  double std = std::numeric_limits<double>::quiet_NaN();
  std::int64_t n = 0;
  std::int64_t censored = 0;
};
using MetricSummaries = std::array<MetricSummary, kMetricCount>;

MetricSummaries summarize(std::span<const MetricValues> sequences);

}  // namespace headsweep::metrics
