#include "results/closed_nulls.h"

#include <array>
#include <set>
#include <tuple>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/check.h"
#include "metrics/measure.h"
#include "metrics/nulls.h"
#include "results/metric_columns.h"
#include "results/row_insert.h"
#include "results/tables.h"
#include "tasks/task.h"

namespace headsweep::results {
namespace {

// What a null in closed form depends on: the shape of its matrix, how long fidelity walks, and, for
// fidelity_relevant, what the task needs.
using Situation =
    std::tuple<std::string, std::int64_t, std::int64_t, std::int64_t>;  // task, length, vocabulary, horizon

struct ClosedNull {
  std::string_view name;
  std::vector<double> (*attention)(std::int64_t n);
};
constexpr std::array kClosedNulls = {
    ClosedNull{"uniform", metrics::uniform_attention},
    ClosedNull{"identity", metrics::identity_attention},
    ClosedNull{"previous_token", metrics::previous_token_attention},
};

std::vector<std::int64_t> needed_keys(const Situation& situation) {
  const auto& [task_name, length, vocabulary, horizon] = situation;
  const tasks::Task* const task = tasks::find_task(task_name);
  check(task != nullptr, "a planned trial has an unknown task");
  std::vector<std::int64_t> keys;
  for (std::int64_t position = 0; position < length; ++position) {
    keys.push_back(task->needed_key({length, vocabulary}, position).value_or(-1));
  }
  return keys;
}

metrics::MetricSummaries measure(const ClosedNull& null, const Situation& situation) {
  const std::int64_t length = std::get<1>(situation);
  const std::vector<double> attention = null.attention(length);
  const std::vector<std::int64_t> keys = needed_keys(situation);
  const std::array<double, 1> importance = {1.0};
  metrics::LayerAttention layer{};
  layer.heads = 1;
  layer.n = length;
  layer.columns = 1;
  layer.attention = attention;
  layer.importance = importance;
  metrics::MeasureOptions options;
  options.horizon = std::get<3>(situation);
  options.needed_keys = keys;
  const std::array<metrics::MetricValues, 1> values = {metrics::measure_layer(layer, options).combined};
  return metrics::summarize(values);
}

std::set<Situation> stored_situations(SQLite::Database& database, std::int64_t sweep) {
  SQLite::Statement statement(database,
                              "SELECT DISTINCT task, length, vocabulary, horizon FROM baselines "
                              "WHERE sweep = ? AND trial IS NULL");
  statement.bind(1, sweep);
  std::set<Situation> situations;
  while (statement.executeStep()) {
    situations.emplace(statement.getColumn(0).getString(), statement.getColumn(1).getInt64(),
                       statement.getColumn(2).getInt64(), statement.getColumn(3).getInt64());
  }
  return situations;
}

}  // namespace

void insert_closed_nulls(SQLite::Database& database, std::int64_t sweep,
                         std::span<const sweep::PlannedTrial> trials) {
  std::set<Situation> seen = stored_situations(database, sweep);
  RowInsert insert(database, "baselines", hashed_columns(find_table("baselines")));
  for (const sweep::PlannedTrial& planned : trials) {
    const trial::Settings& settings = planned.settings;
    const Situation situation = {settings.training.task, settings.model.length, settings.model.vocabulary,
                                 settings.measure.horizon};
    if (!seen.insert(situation).second) continue;
    for (const ClosedNull& null : kClosedNulls) {
      const auto& [task, length, vocabulary, horizon] = situation;
      std::vector<Cell> row = {
          sweep,   std::string(null.name), Cell(), Cell(), Cell(), task, length, vocabulary,
          horizon, kMetricsVersion};
      append_metric_cells(measure(null, situation), MetricSet::kLayer, row);
      insert(row);
    }
  }
}

}  // namespace headsweep::results
