#include "results/summary.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <unordered_map>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/cells.h"
#include "results/diverged_trials.h"
#include "results/null_names.h"
#include "results/setting_columns.h"
#include "results/sql_text.h"
#include "results/statistics/estimate.h"
#include "results/sums/running_sums.h"
#include "trial/settings.h"

namespace headsweep::results {
namespace {

using Row = std::unordered_map<std::string, Cell>;  // by column of the view; a missing one is NULL

struct ArmOfStore {
  std::int64_t number;
  std::int64_t sweep;
  std::int64_t length;
  std::int64_t horizon;
  std::int64_t failed;
  std::int64_t done;
  Row settings;  // the columns that describe an arm
};

// Arms with results or failures, in the order of the rows.
std::vector<std::int64_t> arms_in_order(SQLite::Database& database) {
  SQLite::Statement statement(database,
                              "SELECT a.number FROM arms a JOIN trials t ON t.trial = a.first_trial"
                              " JOIN sweeps s ON s.sweep = a.sweep WHERE a.done + a.failed > 0"
                              " ORDER BY s.name, t.task, t.heads, a.arm");
  std::vector<std::int64_t> arms;
  while (statement.executeStep()) arms.push_back(statement.getColumn(0).getInt64());
  return arms;
}

// By number of the arm; arms without any are left out.
std::map<std::int64_t, std::int64_t> count_diverged(SQLite::Database& database) {
  SQLite::Statement statement(
      database,
      "SELECT a.number, count(*) FROM trials t JOIN arms a ON a.sweep = t.sweep AND a.arm = t.arm"
      " WHERE t.state = 'failed' AND t.trial IN (" +
          std::string(kDivergedTrials) + ") GROUP BY a.number");
  std::map<std::int64_t, std::int64_t> counts;
  while (statement.executeStep())
    counts[statement.getColumn(0).getInt64()] = statement.getColumn(1).getInt64();
  return counts;
}

std::string arm_sql() {
  std::string sql =
      "SELECT a.number, a.sweep, t.length, t.measure_horizon, a.failed, a.done, s.name AS sweep, a.arm AS "
      "arm";
  for (const ViewColumn& column : arm_columns()) sql += ", " + column.expression + " AS " + column.name;
  return sql +
         " FROM arms a JOIN trials t ON t.trial = a.first_trial JOIN sweeps s ON s.sweep = a.sweep"
         " WHERE a.number = ?";
}

ArmOfStore read_arm(SQLite::Statement& statement, std::int64_t number,
                    const std::map<std::int64_t, std::int64_t>& diverged) {
  statement.bind(1, number);
  statement.executeStep();
  ArmOfStore arm{statement.getColumn(0).getInt64(),
                 statement.getColumn(1).getInt64(),
                 statement.getColumn(2).getInt64(),
                 statement.getColumn(3).getInt64(),
                 statement.getColumn(4).getInt64(),
                 statement.getColumn(5).getInt64(),
                 {}};
  for (int i = 6; i < statement.getColumnCount(); ++i)
    arm.settings[statement.getColumnName(i)] = read_cell(statement.getColumn(i));
  arm.settings["failed"] = arm.failed;
  const auto ended = static_cast<double>(arm.failed + arm.done);
  const auto of_arm = diverged.find(number);
  arm.settings["failure_rate"] = static_cast<double>(arm.failed) / ended;
  arm.settings["divergence_rate"] =
      of_arm == diverged.end() ? 0 : static_cast<double>(of_arm->second) / ended;
  statement.reset();
  return arm;
}

// The nulls in closed form, by (sweep, name, length, horizon): a value for each of summed_values().
class ClosedNulls {
 public:
  explicit ClosedNulls(SQLite::Database& database) {
    std::string sql = "SELECT sweep, name, length, horizon";
    for (const SummedValue& value : summed_values())
      sql += ", " + (value.metric ? value.name : std::string("NULL"));
    SQLite::Statement statement(database, sql + " FROM baselines WHERE trial IS NULL");
    while (statement.executeStep()) {
      std::vector<Cell>& cells =
          values_[{statement.getColumn(0).getInt64(), statement.getColumn(1).getString(),
                   statement.getColumn(2).getInt64(), statement.getColumn(3).getInt64()}];
      for (int i = 4; i < statement.getColumnCount(); ++i) cells.push_back(read_cell(statement.getColumn(i)));
    }
  }

  [[nodiscard]] Cell at(const ArmOfStore& arm, std::string_view null, std::size_t value) const {
    const auto found = values_.find({arm.sweep, std::string(null), arm.length, arm.horizon});
    return found == values_.end() ? Cell() : found->second[value];
  }

 private:
  std::map<std::tuple<std::int64_t, std::string, std::int64_t, std::int64_t>, std::vector<Cell>> values_;
};

// Sums of an arm, those of trials that are not summed yet included.
class ArmReader {
 public:
  explicit ArmReader(SQLite::Database& database)
      : database_(database),
        unsummed_(database, "SELECT trial FROM trial_values WHERE arm = ? AND NOT summed"),
        read_trial_(database) {}

  // Until the next arm is read.
  const ArmRows& operator()(std::int64_t arm) {
    replace_arm_sums(database_, arm, rows_);
    unsummed_.bind(1, arm);
    while (unsummed_.executeStep()) add_rows(rows_, read_trial_(unsummed_.getColumn(0).getInt64()), 1);
    unsummed_.reset();
    return rows_;
  }

 private:
  SQLite::Database& database_;
  SQLite::Statement unsummed_;
  MeasuredRowReader read_trial_;
  ArmRows rows_;
};

double mean_of(const ValueSums& sums) {
  return sums.n == 0 ? std::numeric_limits<double>::quiet_NaN()
                     : sums.sum.rounded() / static_cast<double>(sums.n);
}

Estimate estimate_of(const ValueSums& sums) {
  return with_interval(sums.n, mean_of(sums),
                       sums.n < 2 ? 0 : std::sqrt(exact_variance(sums.n, sums.sum, sums.squares)));
}

void add_value(const SummedValue& value, const ValueSums& sums, Row& row) {
  const Estimate estimate = estimate_of(sums);
  const Estimate shown = value.walk_time ? geometric(estimate) : estimate;
  row[value.name] = real_cell(shown.mean);
  row[value.name + "_sd"] = real_cell(shown.sd);
  row[value.name + "_low"] = real_cell(shown.low);
  row[value.name + "_high"] = real_cell(shown.high);
  row[value.name + "_n"] = sums.n;
  if (value.walk_time) row[value.name + "_censored"] = sums.censored;
}

// Rows of one arm, by layer and split; an arm without results has one without a layer.
class SummaryRows {
 public:
  SummaryRows(SQLite::Database& database, std::span<const std::string> columns) : closed_(database) {
    const std::vector<SummedValue>& values = summed_values();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string& name = values[i].name;
      if (std::ranges::any_of(columns, [&](const std::string& column) {
            return column == name || column.starts_with(name + "_");
          }))
        wanted_.push_back(i);
    }
  }

  [[nodiscard]] std::vector<Row> of_arm(const ArmOfStore& arm, const ArmRows& sums) const {
    std::vector<Row> rows;
    for (const auto& [place, of_place] : sums) {
      if (place.name == kTrainedName && of_place.trials > 0) rows.push_back(row_of(arm, sums, place));
    }
    if (rows.empty()) {
      rows.push_back(arm.settings);
      rows.back()["seeds"] = std::int64_t{0};
    }
    return rows;
  }

 private:
  [[nodiscard]] Row row_of(const ArmOfStore& arm, const ArmRows& sums, const ArmPlace& place) const {
    const ArmRow& trained = sums.at(place);
    Row row = arm.settings;
    row["layer"] = place.layer;
    row["split"] = place.split;
    row["seeds"] = trained.trials;
    for (const std::size_t i : wanted_) {
      const SummedValue& value = summed_values()[i];
      add_value(value, trained.sums[i], row);
      for (const NullName& null : kNullNames) {
        if (value.metric)
          row[value.name + "_" + std::string(null.name)] = null_cell(arm, sums, place, null, i);
      }
    }
    return row;
  }

  // The rollout of a null in closed form would depend on the number of layers too: it has none.
  [[nodiscard]] Cell null_cell(const ArmOfStore& arm, const ArmRows& sums, const ArmPlace& place,
                               const NullName& null, std::size_t i) const {
    if (!null.of_trial) return place.layer < 0 ? Cell() : closed_.at(arm, null.name, i);
    const auto found = sums.find({std::string(null.name), place.layer, place.split});
    if (found == sums.end()) return {};
    const double mean = mean_of(found->second.sums[i]);
    return real_cell(summed_values()[i].walk_time ? std::pow(10, mean) : mean);
  }

  ClosedNulls closed_;
  std::vector<std::size_t> wanted_;
};

void refuse_if_not_comparable(const Condition& condition, const Cell& cell) {
  if (!std::holds_alternative<std::string>(condition.value)) return;
  if (const auto* integer = std::get_if<std::int64_t>(&cell))
    refuse_text_for_numbers(condition, std::to_string(*integer));
  if (const auto* real = std::get_if<double>(&cell))
    refuse_text_for_numbers(condition, trial::to_text(*real));
}

// `of_arm_only`: the row has no values yet.
bool all_hold(std::span<const Condition> conditions, const Row& row, bool of_arm_only) {
  return std::ranges::all_of(conditions, [&](const Condition& condition) {
    const auto found = row.find(condition.column);
    if (found == row.end()) return of_arm_only || holds(Cell(), condition.value);
    refuse_if_not_comparable(condition, found->second);
    return holds(found->second, condition.value);
  });
}

std::vector<Cell> cells_of(const Row& row, std::span<const std::string> columns) {
  std::vector<Cell> cells;
  for (const std::string& column : columns) {
    const auto found = row.find(column);
    cells.push_back(found == row.end() ? Cell() : found->second);
  }
  return cells;
}

}  // namespace

Table summary_rows(SQLite::Database& database, std::span<const std::string> columns,
                   std::span<const Condition> conditions, std::int64_t limit) {
  std::vector<std::string> needed(columns.begin(), columns.end());
  for (const Condition& condition : conditions) needed.push_back(condition.column);
  const SummaryRows summary(database, needed);
  ArmReader read_sums(database);
  SQLite::Statement settings(database, arm_sql());
  const std::map<std::int64_t, std::int64_t> diverged = count_diverged(database);
  Table table{{columns.begin(), columns.end()}, {}};
  for (const std::int64_t number : arms_in_order(database)) {
    const ArmOfStore arm = read_arm(settings, number, diverged);
    if (!all_hold(conditions, arm.settings, true)) continue;
    for (const Row& row : summary.of_arm(arm, read_sums(arm.number))) {
      if (!all_hold(conditions, row, false)) continue;
      table.rows.push_back(cells_of(row, columns));
      if (limit > 0 && std::ssize(table.rows) > limit) return table;
    }
  }
  return table;
}

}  // namespace headsweep::results
