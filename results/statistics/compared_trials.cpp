#include "results/statistics/compared_trials.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/null_names.h"
#include "results/sums/compared_values.h"

namespace headsweep::results {
namespace {

using metrics::Metric;

std::size_t place_in(const std::vector<Metric>& metrics, Metric metric) {
  return static_cast<std::size_t>(std::ranges::find(metrics, metric) - metrics.begin());
}

// Which of the models in a line a null is.
std::size_t model_of(std::string_view null) {
  std::size_t model = 1;
  for (const NullName& name : kNullNames) {
    if (name.name == null) break;
    model += name.of_trial ? 1 : 0;
  }
  return model;
}

bool is_measured(std::string_view null) {
  return std::ranges::find(kNullNames, null, &NullName::name)->of_trial;
}

// What a metric that is `value` in every layer is at the layers of [analysis], in the arithmetic of measured ones.
double at_layers(const std::string& layers, std::int64_t count, double value) {
  if (layers != "mean") return value;
  double sum = 0;
  for (std::int64_t layer = 0; layer < count; ++layer) sum += value;
  return sum / static_cast<double>(count);
}

template <class T>
void reorder(std::vector<T>& values, const std::vector<std::size_t>& order) {
  std::vector<T> sorted;
  for (const std::size_t i : order) sorted.push_back(std::move(values[i]));
  values = std::move(sorted);
}

}  // namespace

ComparedTrials::ComparedTrials(SQLite::Database& database, std::int64_t sweep, const SweepAnalysis& analysis,
                               std::span<const StoredArm> arms)
    : database_(database), sweep_(sweep), analysis_(analysis), compared_(compared_metrics(analysis)) {
  read_arms(arms);
  read_lines(arms);
  read_unfinished(arms);
  sort_by_seed();
  add_arm_skill();
  count_diverged(database_, replicates_);
}

void ComparedTrials::read_arms(std::span<const StoredArm> arms) {
  ArmReader read_arm(database_, other_axes(database_, analysis_));
  for (const StoredArm& stored : arms) {
    Arm& arm = replicates_.arms.emplace_back(read_arm(stored.first_trial));
    arm.planned = stored.planned;
    arm.done = stored.done;
    arm.failed = stored.failed;
  }
  replicates_.trials.resize(arms.size());
  places_.resize(arms.size());
}

void ComparedTrials::read_lines(std::span<const StoredArm> arms) {
  SQLite::Statement lines(database_,
                          "SELECT seed, trial, metrics_version, compared FROM trial_values WHERE arm = ?");
  for (std::size_t arm = 0; arm < arms.size(); ++arm) {
    lines.bind(1, arms[arm].number);
    while (lines.executeStep()) {
      const SQLite::Column bytes = lines.getColumn(3);
      const auto size = static_cast<std::size_t>(bytes.getBytes());
      replicates_.trials[arm].push_back(
          {lines.getColumn(1).getInt64(), lines.getColumn(0).getUInt(), "done"});
      places_[arm].push_back({bytes_.size(), size, lines.getColumn(2).getInt64()});
      bytes_.append(static_cast<const char*>(bytes.getBlob()), size);
    }
    lines.reset();
  }
}

void ComparedTrials::read_unfinished(std::span<const StoredArm> arms) {
  SQLite::Statement unfinished(
      database_,
      "SELECT t.seed, t.trial, t.state FROM arms a JOIN trials t ON t.sweep = a.sweep"
      " AND t.arm = a.arm WHERE a.number = ? AND t.state NOT IN ('done', 'pruned')");
  for (std::size_t arm = 0; arm < arms.size(); ++arm) {
    if (arms[arm].planned == arms[arm].done) continue;
    unfinished.bind(1, arms[arm].number);
    while (unfinished.executeStep()) {
      replicates_.trials[arm].push_back({unfinished.getColumn(1).getInt64(),
                                         unfinished.getColumn(0).getUInt(),
                                         unfinished.getColumn(2).getString()});
      places_[arm].push_back({0, 0, 0});
    }
    unfinished.reset();
  }
}

void ComparedTrials::sort_by_seed() {
  for (std::size_t arm = 0; arm < places_.size(); ++arm) {
    std::vector<Replicate>& trials = replicates_.trials[arm];
    if (std::ranges::is_sorted(trials, {}, &Replicate::seed)) continue;
    std::vector<std::size_t> order(trials.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return trials[i].seed; });
    reorder(trials, order);
    reorder(places_[arm], order);
  }
}

void ComparedTrials::add_arm_skill() {
  std::vector<double> accuracies;
  std::vector<double> losses;
  for (std::size_t arm = 0; arm < places_.size(); ++arm) {
    accuracies.clear();
    losses.clear();
    for (const Place& place : places_[arm]) {
      const std::string_view line(bytes_.data() + place.first, place.size);
      const double accuracy = compared_number(line, 0);
      const double loss = compared_number(line, 1);
      if (!std::isnan(accuracy)) accuracies.push_back(accuracy);
      if (!std::isnan(loss)) losses.push_back(loss);
    }
    replicates_.arms[arm].accuracy = mean_of(accuracies);
    replicates_.arms[arm].loss = mean_of(losses);
  }
}

MeasuredValues ComparedTrials::values_of_model(std::size_t model, const std::vector<Metric>& metrics) const {
  MeasuredValues values(replicates_, {analysis_.layers}, metrics);
  std::vector<std::size_t> numbers;
  for (const Metric metric : metrics)
    numbers.push_back(kComparedHeader + model * compared_.size() + place_in(compared_, metric));
  std::vector<double> of_trial(metrics.size());
  for (std::size_t arm = 0; arm < places_.size(); ++arm) {
    for (std::size_t trial = 0; trial < places_[arm].size(); ++trial) {
      const Place& place = places_[arm][trial];
      const std::string_view line(bytes_.data() + place.first, place.size);
      for (std::size_t i = 0; i < metrics.size(); ++i) of_trial[i] = compared_number(line, numbers[i]);
      values.set(arm, trial, place.version, of_trial);
    }
  }
  return values;
}

MeasuredValues ComparedTrials::closed_values(std::string_view null,
                                             const std::vector<Metric>& metrics) const {
  std::string sql = "SELECT metrics_version";
  for (const Metric metric : metrics) sql += ", " + std::string(metrics::metric_info(metric).name);
  SQLite::Statement statement(
      database_,
      sql + " FROM baselines WHERE sweep = ? AND name = ? AND length = ? AND horizon = ? AND trial IS NULL");
  MeasuredValues values(replicates_, {analysis_.layers}, metrics);
  for (std::size_t arm = 0; arm < places_.size(); ++arm) {
    const Arm& of = replicates_.arms[arm];
    statement.bind(1, sweep_);
    statement.bind(2, std::string(null));
    statement.bind(3, of.length);
    statement.bind(4, of.horizon);
    if (statement.executeStep()) {
      std::vector<double> of_arm;
      for (std::size_t i = 0; i < metrics.size(); ++i) {
        const SQLite::Column cell = statement.getColumn(static_cast<int>(i) + 1);
        const bool walk_time = metrics::metric_info(metrics[i]).scale == metrics::Scale::kWalkTime;
        const double value = cell.isNull() ? std::nan("") : cell.getDouble();
        of_arm.push_back(at_layers(analysis_.layers, of.layers, walk_time ? std::log10(value) : value));
      }
      const std::int64_t version = statement.getColumn(0).getInt64();
      for (std::size_t trial = 0; trial < places_[arm].size(); ++trial) {
        if (places_[arm][trial].version != 0) values.set(arm, trial, version, of_arm);
      }
    }
    statement.reset();
  }
  return values;
}

MeasuredValues ComparedTrials::values(const std::vector<Metric>& metrics) const {
  return values_of_model(0, metrics);
}

bool ComparedTrials::has_null(std::string_view null) const {
  if (!is_measured(null)) return true;
  SQLite::Statement any(database_,
                        "SELECT 1 FROM baselines WHERE sweep = ? AND name = ? AND length IS NULL LIMIT 1");
  any.bind(1, sweep_);
  any.bind(2, std::string(null));
  return any.executeStep();
}

MeasuredValues ComparedTrials::null_values(std::string_view null, const std::vector<Metric>& metrics) const {
  return is_measured(null) ? values_of_model(model_of(null), metrics) : closed_values(null, metrics);
}

}  // namespace headsweep::results
