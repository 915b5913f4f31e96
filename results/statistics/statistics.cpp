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
#include "results/statistics/replicates.h"
#include "results/statistics/two_stage.h"

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
  if (!request.metrics.empty()) return request.metrics;
  std::vector<Metric> metrics;
  for (const std::string& name : analysis.primary) {
    if (const auto metric = metrics::find_metric(name)) metrics.push_back(*metric);
  }
  for (const Metric metric : headline_metrics()) {
    if (std::ranges::find(metrics, metric) == metrics.end()) metrics.push_back(metric);
  }
  return metrics;
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
      statistics_.p_values_withheld = "no p: [replicate] chose the number of seeds";
    statistics_.split = request.split.empty() ? statistics_.analysis.split : request.split;
    statistics_.at = request.at;
  }

  Statistics read() {
    Replicates replicates = read_replicates(database_, sweep_, statistics_.analysis);
    const std::vector<Metric> metrics = wanted_metrics(request_, statistics_.analysis);
    const std::vector<std::string> layers = wanted_layers(request_, statistics_.analysis, replicates.arms);
    MeasuredValues values(replicates, layers, metrics);
    const bool at_steps = request_.at == ComparedAt::kSteps;
    values.read(database_, at_steps ? "layer_metrics" : "at_accuracy",
                "split = " + quote_text(statistics_.split));
    compare(replicates, values);
    if (at_steps && request_.with_nulls) compare_to_nulls(replicates, values, layers, metrics);
    statistics_.arms = std::move(replicates.arms);
    return std::move(statistics_);
  }

 private:
  void compare(const Replicates& replicates, const MeasuredValues& values) {
    const SweepAnalysis& analysis = statistics_.analysis;
    const bool withheld = !statistics_.p_values_withheld.empty();
    const bool confirmatory = request_.at == ComparedAt::kSteps && statistics_.split == analysis.split;
    statistics_.family =
        std::ranges::count_if(replicates.arms, [](const Arm& arm) { return arm.baseline_arm.has_value(); }) *
        std::ssize(analysis.primary);
    statistics_.values = arm_values(replicates, values);
    statistics_.differences = paired_differences(replicates, values);
    if (analysis.replicate && confirmatory) use_two_stage_intervals(statistics_.differences, analysis);
    test_differences(statistics_.differences, analysis, statistics_.family, statistics_.plan_hash, withheld,
                     confirmatory);
    statistics_.trends = trends_over_heads(replicates, values, analysis, withheld);
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
      append_null_differences(null.name, replicates, values, nulls, statistics_.nulls);
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
