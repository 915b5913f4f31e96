#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/statistics/replicates.h"

namespace headsweep::results {
namespace {

using metrics::Metric;

bool is_walk_time(Metric metric) {
  return metrics::metric_info(metric).scale == metrics::Scale::kWalkTime;
}

std::string select_sql(const std::string& table, std::span<const Metric> metrics,
                       const std::string& condition) {
  std::string sql = "SELECT trial, layer, metrics_version";
  for (const Metric metric : metrics) {
    const std::string name(metrics::metric_info(metric).name);
    sql += ", " + name + ", " + name + "_n, " + (is_walk_time(metric) ? name + "_censored" : "0");
  }
  return sql + " FROM " + table + " WHERE " + condition + " ORDER BY trial, layer";
}

std::vector<Measured> read_values(SQLite::Statement& statement, std::span<const Metric> metrics) {
  std::vector<Measured> row;
  int column = 3;
  for (const Metric metric : metrics) {
    Measured& measured = row.emplace_back();
    if (!statement.getColumn(column).isNull()) {
      const double value = statement.getColumn(column).getDouble();
      measured.value = is_walk_time(metric) ? std::log10(value) : value;
    }
    measured.sequences = statement.getColumn(column + 1).getInt64();
    measured.censored = statement.getColumn(column + 2).getInt64();
    column += 3;
  }
  return row;
}

}  // namespace

double in_unit(Metric metric, double value) {
  return is_walk_time(metric) ? std::pow(10, value) : value;
}

MeasuredValues::MeasuredValues(const Replicates& replicates, std::vector<std::string> layers,
                               std::vector<Metric> metrics)
    : layers_(std::move(layers)), metrics_(std::move(metrics)) {
  for (const std::string& layer : layers_) {
    for (const Metric metric : metrics_) places_.push_back({layer, metric});
  }
  for (std::size_t arm = 0; arm < replicates.arms.size(); ++arm) {
    first_trial_.push_back(numbers_.size());
    for (const Replicate& one : replicates.trials[arm]) {
      numbers_.push_back(one.trial);
      layer_count_.push_back(replicates.arms[arm].layers);
    }
  }
  versions_.resize(numbers_.size());
  values_.resize(numbers_.size() * places_.size());
}

void MeasuredValues::set(std::size_t arm, std::size_t trial, std::int64_t version,
                         std::span<const double> values) {
  const std::size_t place = first_trial_[arm] + trial;
  versions_[place] = version;
  for (std::size_t i = 0; i < values.size(); ++i) values_[place * places_.size() + i].value = values[i];
}

void MeasuredValues::read(SQLite::Database& database, const std::string& table,
                          const std::string& condition) {
  std::unordered_map<std::int64_t, std::size_t> place_of;
  for (std::size_t i = 0; i < numbers_.size(); ++i) place_of[numbers_[i]] = i;
  SQLite::Statement statement(database, select_sql(table, metrics_, condition));
  while (statement.executeStep()) {
    const auto trial = place_of.find(statement.getColumn(0).getInt64());
    if (trial == place_of.end()) continue;
    versions_[trial->second] = statement.getColumn(2).getInt64();
    fill(trial->second, statement.getColumn(1).getInt64(), read_values(statement, metrics_));
  }
  finish_means();
}

void MeasuredValues::fill(std::size_t trial, std::int64_t layer, std::span<const Measured> row) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    Measured* const cells = &values_[trial * places_.size() + i * metrics_.size()];
    const bool is_last = layers_[i] == "last" && layer == layer_count_[trial] - 1;
    if (is_last || layers_[i] == std::to_string(layer)) std::ranges::copy(row, cells);
    if (layers_[i] != "mean" || layer < 0) continue;
    // Sums for now, layer by layer in order; one without a value leaves none.
    for (std::size_t metric = 0; metric < row.size(); ++metric) {
      Measured& sum = cells[metric];
      sum.value = layer == 0 ? row[metric].value : sum.value + row[metric].value;
      sum.censored += row[metric].censored;
      sum.sequences += row[metric].sequences;
    }
  }
}

void MeasuredValues::finish_means() {
  const auto mean = std::ranges::find(layers_, "mean");
  if (mean == layers_.end()) return;
  const auto first = static_cast<std::size_t>(mean - layers_.begin()) * metrics_.size();
  for (std::size_t trial = 0; trial < numbers_.size(); ++trial) {
    for (std::size_t metric = 0; metric < metrics_.size(); ++metric)
      values_[trial * places_.size() + first + metric].value /= static_cast<double>(layer_count_[trial]);
  }
}

const Measured& MeasuredValues::at(std::size_t arm, std::size_t trial, std::size_t place) const {
  return values_[(first_trial_[arm] + trial) * places_.size() + place];
}

std::int64_t MeasuredValues::version(std::size_t arm, std::size_t trial) const {
  return versions_[first_trial_[arm] + trial];
}

}  // namespace headsweep::results
