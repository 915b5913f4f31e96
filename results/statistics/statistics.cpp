#include "results/statistics/statistics.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/user_error.h"
#include "results/connection.h"
#include "results/metric_columns.h"
#include "results/null_names.h"
#include "results/sql_text.h"
#include "results/statistics/compare.h"
#include "results/statistics/compared_trials.h"
#include "results/statistics/family_tests.h"
#include "results/statistics/replicates.h"
#include "results/statistics/stored_arms.h"
#include "results/statistics/two_stage.h"
#include "results/sums/running_sums.h"
#include "results/views.h"

namespace headsweep::results {
namespace {

using metrics::Metric;

struct StoredSweep {
  std::int64_t sweep;
  std::string name;
  std::string hash;
  std::string canonical;
};

StoredSweep read_sweep(SQLite::Database& database, const std::filesystem::path& store) {
  SQLite::Statement statement(database,
                              "SELECT sweep, name, hash, canonical FROM sweeps ORDER BY sweep LIMIT 1");
  if (!statement.executeStep()) throw UserError(store.string() + " holds no sweep yet: run one first");
  return {statement.getColumn(0).getInt64(), statement.getColumn(1).getString(),
          statement.getColumn(2).getString(), statement.getColumn(3).getString()};
}

std::vector<Metric> wanted_metrics(const StatisticsRequest& request, const SweepAnalysis& analysis) {
  return request.metrics.empty() ? compared_metrics(analysis) : request.metrics;
}

std::vector<std::string> wanted_layers(const StatisticsRequest& request, const SweepAnalysis& analysis,
                                       const std::vector<Arm>& arms) {
  if (!request.layers.empty()) return request.layers;
  std::int64_t most = 0;
  for (const Arm& arm : arms) most = std::max(most, arm.layers);
  std::vector<std::string> layers = {"-1"};
  for (std::int64_t layer = 0; layer < most; ++layer) layers.push_back(std::to_string(layer));
  layers.emplace_back("mean");
  if (analysis.layers == "last") layers.emplace_back("last");
  return layers;
}

// Nulls in closed form as rows of each trial and layer that they are the null of.
std::string closed_null_rows(std::string_view null) {
  return "(WITH RECURSIVE layer_numbers(layer) AS (SELECT 0 UNION ALL SELECT layer + 1 FROM layer_numbers"
         " WHERE layer + 1 < (SELECT max(layers) FROM trials))"
         " SELECT t.trial AS trial, n.layer AS layer, b.metrics_version, " +
         join(metric_column_names(MetricSet::kLayer), ", ") +
         " FROM trials t JOIN baselines b"
         " ON b.sweep = t.sweep AND b.trial IS NULL AND b.name = " +
         quote_text(null) +
         " AND b.length = t.length AND b.horizon = t.measure_horizon JOIN layer_numbers n ON n.layer < "
         "t.layers"
         " WHERE t.state = 'done')";
}

class Reader {
 public:
  Reader(SQLite::Database& database, const StoredSweep& sweep, const StatisticsRequest& request)
      : database_(database), request_(request), sweep_(sweep.sweep) {
    statistics_.sweep = sweep.name;
    statistics_.plan_hash = sweep.hash;
    statistics_.analysis = parse_analysis(sweep.canonical);
    if (statistics_.analysis.replicate)
      statistics_.p_values_withheld =
          "no p: [replicate] chose the number of seeds; the interval is the result";
    statistics_.split = request.split.empty() ? statistics_.analysis.split : request.split;
    statistics_.at = request.at;
  }

  Statistics read() {
    const std::vector<Metric> metrics = wanted_metrics(request_, statistics_.analysis);
    if (is_kept(metrics)) {
      read_kept(metrics);
    } else {
      read_all(metrics);
    }
    return std::move(statistics_);
  }

 private:
  [[nodiscard]] bool wants(StatisticsPart part) const { return !request_.only || *request_.only == part; }

  // Whether the running sums have these values.
  bool is_kept(const std::vector<Metric>& metrics) {
    const SweepAnalysis& analysis = statistics_.analysis;
    const std::vector<Metric> kept = compared_metrics(analysis);
    return request_.only && request_.at == ComparedAt::kSteps && statistics_.split == analysis.split &&
           request_.layers == std::vector{analysis.layers} &&
           std::ranges::all_of(
               metrics, [&](Metric metric) { return std::ranges::find(kept, metric) != kept.end(); }) &&
           has_running_sums(database_);
  }

  void read_kept(const std::vector<Metric>& metrics) {
    const std::vector<StoredArm> arms = read_stored_arms(database_, sweep_);
    set_family(std::ranges::count_if(arms, &StoredArm::has_baseline));
    if (wants(StatisticsPart::kDifferences)) read_kept_differences(arms, metrics);
    if (wants(StatisticsPart::kTrends)) read_kept_trends(arms, metrics);
    if (wants(StatisticsPart::kNulls)) read_kept_nulls(arms, metrics);
  }

  // Trials are read of the arms whose differences are wanted, and of those whose tests the store does not keep.
  void read_kept_differences(const std::vector<StoredArm>& arms, const std::vector<Metric>& metrics) {
    std::vector<FamilyTest> known;
    std::set<std::int64_t> tested;
    const std::vector<Metric> primary = primary_among(metrics, statistics_.analysis);
    const bool needs_tests = !primary.empty() && !is_withheld();
    if (needs_tests) known = read_kept_tests(database_);
    for (const FamilyTest& test : known) tested.insert(test.arm);
    std::set<std::size_t> places;
    std::size_t differences = 0;
    for (std::size_t i = 0; i < arms.size(); ++i) {
      if (!arms[i].baseline) continue;
      const StoredArm& baseline = arms[*arms[i].baseline];
      const bool has_pairs = arms[i].done > 0 && baseline.done > 0;
      const bool is_wanted = request_.most == 0 || differences < request_.most;
      if (is_wanted) differences += metrics.size();
      if (!is_wanted && !(needs_tests && has_pairs && !tested.contains(arms[i].number))) continue;
      places.insert({i, *arms[i].baseline});
      tested.erase(arms[i].number);
    }
    std::erase_if(known, [&](const FamilyTest& test) {
      return !tested.contains(test.arm) || std::ranges::find(primary, test.metric) == primary.end();
    });
    const ComparedTrials trials = trials_of(arms, places);
    compare_pairs(trials.replicates(), trials.values(metrics), known);
    statistics_.arms = trials.replicates().arms;
  }

  void read_kept_trends(const std::vector<StoredArm>& arms, const std::vector<Metric>& metrics) {
    std::vector<Arm> settings;
    ArmReader read_arm(database_, other_axes(database_, statistics_.analysis));
    for (const StoredArm& arm : arms) settings.push_back(read_arm(arm.first_trial));
    const std::vector<HeadFamily> families = head_families(settings, statistics_.analysis);
    until_enough(families.size(), metrics.size(), [&](std::size_t count) {
      std::set<std::size_t> places;
      for (const HeadFamily& family : std::span(families).first(count))
        places.insert(family.arms.begin(), family.arms.end());
      const ComparedTrials trials = trials_of(arms, places);
      statistics_.trends =
          trends_over_heads(trials.replicates(), trials.values(metrics), statistics_.analysis, is_withheld());
      statistics_.arms = trials.replicates().arms;
      return statistics_.trends.size();
    });
  }

  // Differences to a null come before those to the next one, so that one is enough or all arms are read.
  void read_kept_nulls(const std::vector<StoredArm>& arms, const std::vector<Metric>& metrics) {
    until_enough(arms.size(), metrics.size(), [&](std::size_t count) {
      statistics_.nulls.clear();
      const ComparedTrials trials(database_, sweep_, statistics_.analysis, std::span(arms).first(count));
      const MeasuredValues values = trials.values(metrics);
      for (const NullName& null : kNullNames) {
        if (!trials.has_null(null.name)) continue;
        append_null_differences(null.name, trials.replicates(), values,
                                trials.null_values(null.name, metrics), request_.most, statistics_.nulls);
        if (count < arms.size() || (request_.most > 0 && statistics_.nulls.size() >= request_.most)) break;
      }
      statistics_.arms = trials.replicates().arms;
      return statistics_.nulls.size();
    });
  }

  // Reads so many of `all` parts that there are enough rows, where each has at most `rows` of them and may have fewer.
  void until_enough(std::size_t all, std::size_t rows,
                    const std::function<std::size_t(std::size_t count)>& read) const {
    std::size_t count = request_.most == 0 ? all : std::min(all, request_.most / rows + 1);
    while (read(count) < request_.most && count < all) count = std::min(all, 4 * count);
  }

  ComparedTrials trials_of(const std::vector<StoredArm>& arms, const std::set<std::size_t>& places) {
    std::vector<StoredArm> chosen;
    for (const std::size_t place : places) chosen.push_back(arms[place]);
    return {database_, sweep_, statistics_.analysis, chosen};
  }

  void read_all(const std::vector<Metric>& metrics) {
    Replicates replicates = read_replicates(database_, sweep_, statistics_.analysis);
    const std::vector<std::string> layers = wanted_layers(request_, statistics_.analysis, replicates.arms);
    MeasuredValues values(replicates, layers, metrics);
    const bool at_steps = request_.at == ComparedAt::kSteps;
    // The view's own text: a store that no run has opened since may have an older, slower one.
    values.read(database_, at_steps ? "layer_metrics" : "(" + at_accuracy_sql() + ")",
                "split = " + quote_text(statistics_.split));
    if (!request_.only) statistics_.values = arm_values(replicates, values);
    set_family(
        std::ranges::count_if(replicates.arms, [](const Arm& arm) { return arm.baseline_arm.has_value(); }));
    if (wants(StatisticsPart::kDifferences)) compare_pairs(replicates, values, {});
    if (wants(StatisticsPart::kTrends))
      statistics_.trends = trends_over_heads(replicates, values, statistics_.analysis, is_withheld());
    if (at_steps && request_.with_nulls && wants(StatisticsPart::kNulls))
      compare_to_nulls(replicates, values, layers, metrics);
    statistics_.arms = std::move(replicates.arms);
  }

  [[nodiscard]] bool is_withheld() const { return !statistics_.p_values_withheld.empty(); }

  void set_family(std::ptrdiff_t arms_with_baseline) {
    statistics_.family = arms_with_baseline * std::ssize(statistics_.analysis.primary);
  }

  // `known`: tests of other arms.
  void compare_pairs(const Replicates& replicates, const MeasuredValues& values,
                     std::span<const FamilyTest> known) {
    const SweepAnalysis& analysis = statistics_.analysis;
    const bool confirmatory = request_.at == ComparedAt::kSteps && statistics_.split == analysis.split;
    const std::size_t most = request_.only ? request_.most : 0;
    statistics_.differences = paired_differences(replicates, values, analysis, most);
    if (analysis.replicate && confirmatory) use_two_stage_intervals(statistics_.differences, analysis);
    test_differences(statistics_.differences, analysis, statistics_.family, statistics_.plan_hash,
                     is_withheld(), confirmatory, known, most);
    if (most > 0 && statistics_.differences.size() > most)
      statistics_.differences.erase(statistics_.differences.begin() + static_cast<std::ptrdiff_t>(most),
                                    statistics_.differences.end());
  }

  void compare_to_nulls(const Replicates& replicates, const MeasuredValues& values,
                        const std::vector<std::string>& layers, const std::vector<Metric>& metrics) {
    for (const NullName& null : kNullNames) {
      MeasuredValues nulls(replicates, layers, metrics);
      if (null.of_trial) {
        nulls.read(database_, "baselines",
                   "name = " + quote_text(null.name) + " AND split = " + quote_text(statistics_.split));
      } else {
        nulls.read(database_, closed_null_rows(null.name), "TRUE");
      }
      append_null_differences(null.name, replicates, values, nulls, request_.only ? request_.most : 0,
                              statistics_.nulls);
    }
  }

  SQLite::Database& database_;
  const StatisticsRequest& request_;
  std::int64_t sweep_;
  Statistics statistics_;
};

}  // namespace

std::vector<Metric> headline_metrics() {
  return {Metric::kMixingTimePaper,
          Metric::kMixingTimeForward,
          Metric::kMixingTimeBackward,
          Metric::kHittingTimeForwardMean,
          Metric::kHittingTimeBackwardMean,
          Metric::kFidelityMinInner,
          Metric::kFidelityMin};
}

std::vector<Metric> compared_metrics(const SweepAnalysis& analysis) {
  std::vector<Metric> metrics;
  for (const std::string& name : analysis.primary) {
    if (const auto metric = metrics::find_metric(name)) metrics.push_back(*metric);
  }
  for (const Metric metric : headline_metrics()) {
    if (std::ranges::find(metrics, metric) == metrics.end()) metrics.push_back(metric);
  }
  return metrics;
}

Statistics compute_statistics(SQLite::Database& database, const std::filesystem::path& store,
                              const StatisticsRequest& request) {
  return Reader(database, read_sweep(database, store), request).read();
}

Statistics read_statistics(StoreReader& store, const StatisticsRequest& request) {
  try {
    const SQLite::Transaction snapshot(store.database());  // all numbers of one moment
    return compute_statistics(store.database(), store.path(), request);
  } catch (const SQLite::Exception& error) {
    throw UserError(describe_problem(error, store.path()));
  }
}

SweepAnalysis read_analysis(StoreReader& store) {
  try {
    return parse_analysis(read_sweep(store.database(), store.path()).canonical);
  } catch (const SQLite::Exception& error) {
    throw UserError(describe_problem(error, store.path()));
  }
}

}  // namespace headsweep::results
