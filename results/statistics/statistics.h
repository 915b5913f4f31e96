// What the results of a sweep say: every arm's values over seeds, paired differences to the baseline arm, trends over
// the number of heads, differences to the nulls. Formulas and their sources: docs/statistics.md.
//
// Plain values, ready to be written or drawn. A double is NaN, and a std::optional empty, where there is nothing to say.
// Walk times (metrics::Scale::kWalkTime) are analysed as log10: their means are geometric, `sd` and differences are of
// log10, so 10 to the power of a difference is a ratio. Spread is always over seeds, never over sequences.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/metric.h"
#include "results/reader.h"
#include "results/statistics/arms.h"
#include "results/statistics/estimate.h"

namespace headsweep::results {

// kSteps: at the end of training, every arm after equally many steps. kAccuracy: at the first measurement at or above
// 90% of the ceiling accuracy (view at_accuracy).
enum class ComparedAt : std::uint8_t { kSteps, kAccuracy };

enum class StatisticsPart : std::uint8_t { kDifferences, kTrends, kNulls };

struct StatisticsRequest {
  // Empty: those of [analysis], and the ones that people look at first (headline_metrics()).
  std::vector<metrics::Metric> metrics = {};
  std::string split = {};                // train | heldout; empty: that of [analysis]
  std::vector<std::string> layers = {};  // as in Place; empty: all
  ComparedAt at = ComparedAt::kSteps;
  bool with_nulls = true;
  // Only these, and neither Statistics::values nor Arm::reached_accuracy: from the running sums of the store where the
  // metrics, split and layers are those that the store keeps them of (results/sums/compared_values.h).
  std::optional<StatisticsPart> only = {};
  // With `only`: so many differences, or differences to nulls, are enough, in their order; 0: all. The confirmatory family is
  // tested in any case.
  std::size_t most = 0;
};

// Where a value belongs. `layer`: "0", "1", ...; "-1": the whole model by rollout; "mean": over the layers of a trial
// (walk times: geometric); "last": each trial's last layer, if [analysis] asks for it.
struct Place {
  std::string layer;
  metrics::Metric metric;

  bool operator==(const Place&) const = default;
};

struct SeedValue {
  std::uint32_t seed;
  std::int64_t trial;
  double value;           // in the metric's unit: over sequences the mean (walk times: the geometric one)
  std::int64_t censored;  // sequences cut at 10^6 steps; 0 where nothing is
  std::int64_t sequences;
};

// One metric of one arm.
struct ArmValue {
  std::size_t arm;  // index in Statistics::arms
  Place place;
  Estimate estimate;      // over seeds, in the metric's unit; walk times: geometric, sd of log10
  std::int64_t censored;  // over all seeds
  std::int64_t sequences;
  std::vector<SeedValue> seeds;  // those with a value, by seed
};

struct SeedDifference {
  std::uint32_t seed;
  double difference;  // arm minus baseline; walk times: log10 of the ratio
};

struct BrokenPair {
  std::uint32_t seed;
  std::string reason;  // as in the view `pairs`
};

enum class Label : std::uint8_t { kConfirmatory, kExploratory };
std::string_view to_text(Label label);

// One metric of one arm against its baseline arm, by pairs of equal seeds.
struct Difference {
  std::size_t arm;
  std::size_t baseline;
  Place place;
  Estimate estimate = {};  // of the differences
  bool two_stage =
      false;  // its interval follows [replicate]: from the deviation of the first seeds (two_stage.h)
  std::vector<SeedDifference> seeds = {};
  std::vector<BrokenPair> broken = {};
  std::optional<double> p = {};  // sign-flip test; from kFewestPairs pairs on, unless p-values are withheld
  bool p_exact = true;           // else by Monte Carlo
  double smallest_p = 1;         // p cannot be smaller: smallest_sign_flip_p()
  std::optional<double> holm_p = {};  // confirmatory: p adjusted within the family
  bool cannot_reject = false;         // whatever the data, with so many pairs
  Label label = Label::kExploratory;
};

// How a metric changes when the number of heads doubles: slope on log2(heads) for every seed that has all of the head
// counts, then a one-sample t of the slopes.
struct Trend {
  std::string task;
  std::vector<AxisValue> group;   // axes other than the head count and what goes with it
  std::vector<std::size_t> arms;  // by head count
  Place place;
  Estimate slope;  // walk times: log10 a doubling
  std::vector<SeedDifference> seeds;
  std::vector<BrokenPair> broken;  // seeds without a slope
  double p;                        // NaN under two seeds or where p-values are withheld
};

// One metric of one arm minus a null, by trials: the null measured with the same trial, or one in closed form.
struct NullDifference {
  std::size_t arm;
  Place place;
  std::string null;     // as in the view `nulls`
  double null_value;    // mean over the same trials (walk times: geometric)
  Estimate difference;  // value minus null; walk times: log10 of the ratio
};

struct Statistics {
  std::string sweep;
  std::string plan_hash;
  SweepAnalysis analysis;
  std::string split;
  ComparedAt at;
  // Tests of the confirmatory family: [analysis] primary x arms with a baseline, at its layers and split.
  std::int64_t family = 0;
  std::string p_values_withheld = {};  // why there are none (the sweep has [replicate]); empty: there are
  std::vector<Arm> arms;               // in plan order
  std::vector<ArmValue> values;
  std::vector<Difference> differences;
  std::vector<Trend> trends;
  std::vector<NullDifference> nulls;
};

// Those that people look at first: in both directions, and with and without the sink.
std::vector<metrics::Metric> headline_metrics();

// The primary ones of [analysis], then those that people look at first.
std::vector<metrics::Metric> compared_metrics(const SweepAnalysis& analysis);

// Of the store's sweep, at one moment. At equal accuracy nothing is confirmatory and there are no nulls. Throws
// UserError: the store cannot be read, or holds no sweep.
Statistics read_statistics(StoreReader& store, const StatisticsRequest& request = {});

// What the store's sweep says of its analysis. Throws UserError as above.
SweepAnalysis read_analysis(StoreReader& store);

}  // namespace headsweep::results
