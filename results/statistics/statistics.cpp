#include "results/statistics/statistics.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/user_error.h"
#include "results/connection.h"
#include "results/metric_columns.h"
#include "results/null_names.h"
#include "results/sql_text.h"
#include "results/statistics/compare.h"
#include "results/statistics/compared_trials.h"
#include "results/statistics/replicates.h"
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
    const ComparedTrials trials(database_, sweep_, statistics_.analysis);
    const MeasuredValues values = trials.values(metrics);
    compare(trials.replicates(), values);
    if (wants(StatisticsPart::kNulls)) {
      for (const NullName& null : kNullNames) {
        const bool enough = request_.most > 0 && statistics_.nulls.size() >= request_.most;
        if (enough || !trials.has_null(null.name)) continue;
        append_null_differences(null.name, trials.replicates(), values,
                                trials.null_values(null.name, metrics), request_.most, statistics_.nulls);
      }
    }
    statistics_.arms = trials.replicates().arms;
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
    compare(replicates, values);
    if (at_steps && request_.with_nulls && wants(StatisticsPart::kNulls))
      compare_to_nulls(replicates, values, layers, metrics);
    statistics_.arms = std::move(replicates.arms);
  }

  void compare(const Replicates& replicates, const MeasuredValues& values) {
    const SweepAnalysis& analysis = statistics_.analysis;
    const bool withheld = !statistics_.p_values_withheld.empty();
    statistics_.family =
        std::ranges::count_if(replicates.arms, [](const Arm& arm) { return arm.baseline_arm.has_value(); }) *
        std::ssize(analysis.primary);
    if (wants(StatisticsPart::kDifferences)) compare_pairs(replicates, values, withheld);
    if (wants(StatisticsPart::kTrends))
      statistics_.trends = trends_over_heads(replicates, values, analysis, withheld);
  }

  void compare_pairs(const Replicates& replicates, const MeasuredValues& values, bool withheld) {
    const SweepAnalysis& analysis = statistics_.analysis;
    const bool confirmatory = request_.at == ComparedAt::kSteps && statistics_.split == analysis.split;
    const std::size_t most = request_.only ? request_.most : 0;
    statistics_.differences = paired_differences(replicates, values, analysis, most);
    if (analysis.replicate && confirmatory) use_two_stage_intervals(statistics_.differences, analysis);
    test_differences(statistics_.differences, analysis, statistics_.family, statistics_.plan_hash, withheld,
                     confirmatory, most);
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
