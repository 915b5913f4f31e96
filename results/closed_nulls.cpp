#include "results/closed_nulls.h"

#include <array>
#include <set>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "metrics/measure.h"
#include "metrics/nulls.h"
#include "results/metric_columns.h"
#include "results/row_insert.h"
#include "results/tables.h"

namespace headsweep::results {
namespace {

// What a null in closed form depends on: the size of its matrix and how long fidelity walks. fidelity_relevant
// would also need a task's keys and has no null in closed form.
struct Situation {
  std::int64_t length;
  std::int64_t horizon;

  auto operator<=>(const Situation&) const = default;
};

struct ClosedNull {
  std::string_view name;
  std::vector<double> (*attention)(std::int64_t n);
};
constexpr std::array kClosedNulls = {
    ClosedNull{"uniform", metrics::uniform_attention},
    ClosedNull{"identity", metrics::identity_attention},
    ClosedNull{"previous_token", metrics::previous_token_attention},
};

metrics::MetricSummaries measure(const ClosedNull& null, const Situation& situation) {
  const std::vector<double> attention = null.attention(situation.length);
  const std::array<double, 1> importance = {1.0};
  metrics::LayerAttention layer{};
  layer.heads = 1;
  layer.n = situation.length;
  layer.attention = attention;
  layer.importance = importance;
  metrics::MeasureOptions options;
  options.horizon = situation.horizon;
  const std::array<metrics::MetricValues, 1> values = {metrics::measure_layer(layer, options).combined};
  return metrics::summarize(values);
}

std::set<Situation> stored_situations(SQLite::Database& database, std::int64_t sweep) {
  SQLite::Statement statement(
      database, "SELECT DISTINCT length, horizon FROM baselines WHERE sweep = ? AND trial IS NULL");
  statement.bind(1, sweep);
  std::set<Situation> situations;
  while (statement.executeStep()) {
    situations.insert({statement.getColumn(0).getInt64(), statement.getColumn(1).getInt64()});
  }
  return situations;
}

std::int64_t insert_situation(RowInsert& insert, std::int64_t sweep, const Situation& situation) {
  for (const ClosedNull& null : kClosedNulls) {
    std::vector<Cell> row = {
        sweep,          std::string(null.name), Cell(), Cell(), Cell(), situation.length, situation.horizon,
        kMetricsVersion};
    append_metric_cells(measure(null, situation), MetricSet::kLayer, row);
    insert(row);
  }
  return std::ssize(kClosedNulls);
}

}  // namespace

void insert_closed_nulls(SQLite::Database& database, std::int64_t sweep,
                         std::span<const sweep::PlannedTrial> trials) {
  std::set<Situation> seen = stored_situations(database, sweep);
  RowInsert insert(database, "baselines", hashed_columns(find_table("baselines")));
  for (const sweep::PlannedTrial& planned : trials) {
    const Situation situation = {planned.settings.model.length, planned.settings.measure.horizon};
    if (seen.insert(situation).second) insert_situation(insert, sweep, situation);
  }
}

std::int64_t renew_closed_nulls(SQLite::Database& database, std::int64_t sweep) {
  const std::set<Situation> situations = stored_situations(database, sweep);
  SQLite::Statement forget(database, "DELETE FROM baselines WHERE sweep = ? AND trial IS NULL");
  forget.bind(1, sweep);
  forget.exec();
  RowInsert insert(database, "baselines", hashed_columns(find_table("baselines")));
  std::int64_t rows = 0;
  for (const Situation& situation : situations) rows += insert_situation(insert, sweep, situation);
  return rows;
}

}  // namespace headsweep::results
