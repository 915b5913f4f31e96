#include "results/statistics/replicates.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/cells.h"
#include "results/diverged_trials.h"
#include "results/sql_text.h"
#include "trial/settings.h"

namespace headsweep::results {
namespace {

std::string text_of(const Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&cell)) return trial::to_text(*real);
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  return "default";
}

std::string label_of(const Arm& arm) {
  std::string label = arm.task + ", heads " + std::to_string(arm.heads);
  for (const AxisValue& axis : arm.axes) label += ", " + axis.column + " " + text_of(axis.value);
  return label;
}

void count_state(const std::string& state, Arm& arm) {
  ++arm.planned;
  if (state == "done") ++arm.done;
  if (state == "failed") ++arm.failed;
}

// By arm; arms in the order of their first trials in the plan.
Replicates read_trials(SQLite::Database& database, std::int64_t sweep, const SweepAnalysis& analysis) {
  SQLite::Statement statement(database,
                              "SELECT arm, trial, seed, state FROM trials WHERE sweep = ? AND "
                              "state <> 'pruned' ORDER BY arm, seed");
  statement.bind(1, sweep);
  ArmReader read_arm(database, other_axes(database, analysis));
  Replicates unordered;
  std::vector<std::int64_t> first;
  std::string arm;
  while (statement.executeStep()) {
    const char* const name = statement.getColumn(0).getText();
    const std::int64_t trial = statement.getColumn(1).getInt64();
    if (unordered.arms.empty() || arm != name) {
      arm = name;
      unordered.arms.push_back(read_arm(trial));
      unordered.trials.emplace_back();
      first.push_back(trial);
    }
    unordered.trials.back().push_back(
        {trial, statement.getColumn(2).getUInt(), statement.getColumn(3).getString()});
    first.back() = std::min(first.back(), trial);
    count_state(unordered.trials.back().back().state, unordered.arms.back());
  }
  std::vector<std::size_t> order(first.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](std::size_t i) { return first[i]; });
  Replicates replicates;
  for (const std::size_t i : order) {
    replicates.arms.push_back(std::move(unordered.arms[i]));
    replicates.trials.push_back(std::move(unordered.trials[i]));
  }
  return replicates;
}

void read_skill(std::span<const Replicate> trials, SQLite::Statement& statement, Arm& arm) {
  std::vector<double> accuracies;
  std::vector<double> losses;
  for (const Replicate& one : trials) {
    if (one.state != "done") continue;
    statement.bind(1, one.trial);
    if (statement.executeStep()) {
      if (!statement.getColumn(0).isNull()) accuracies.push_back(statement.getColumn(0).getDouble());
      if (!statement.getColumn(1).isNull()) losses.push_back(statement.getColumn(1).getDouble());
      arm.reached_accuracy += statement.getColumn(2).getInt64();
    }
    statement.reset();
  }
  arm.accuracy = mean_of(accuracies);
  arm.loss = mean_of(losses);
}

std::set<std::int64_t> diverged_trials(SQLite::Database& database) {
  SQLite::Statement statement(database, std::string(kDivergedTrials));
  std::set<std::int64_t> trials;
  while (statement.executeStep()) trials.insert(statement.getColumn(0).getInt64());
  return trials;
}

std::string arm_sql(const std::vector<std::string>& axes) {
  std::string columns = "arm, baseline_arm, task, heads, layers, length, measure_horizon";
  for (const std::string& axis : axes) columns += ", " + quote_name(axis);
  return "SELECT " + columns + " FROM trials WHERE trial = ?";
}

}  // namespace

std::vector<std::string> other_axes(SQLite::Database& database, const SweepAnalysis& analysis) {
  std::vector<std::string> columns;
  SQLite::Statement exists(database, "SELECT 1 FROM pragma_table_info('trials') WHERE name = ?");
  for (const std::string& axis : analysis.axes) {
    exists.bind(1, axis);
    if (axis != "task" && axis != "heads" && exists.executeStep()) columns.push_back(axis);
    exists.reset();
  }
  return columns;
}

ArmReader::ArmReader(SQLite::Database& database, std::vector<std::string> axes)
    : axes_(std::move(axes)), statement_(database, arm_sql(axes_)) {}

Arm ArmReader::operator()(std::int64_t trial) {
  statement_.bind(1, trial);
  statement_.executeStep();
  Arm arm{};
  arm.arm = statement_.getColumn(0).getString();
  if (!statement_.getColumn(1).isNull()) arm.baseline_arm = statement_.getColumn(1).getString();
  arm.task = statement_.getColumn(2).getString();
  arm.heads = statement_.getColumn(3).getInt64();
  arm.layers = statement_.getColumn(4).getInt64();
  arm.length = statement_.getColumn(5).getInt64();
  arm.horizon = statement_.getColumn(6).getInt64();
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    arm.axes.push_back({axes_[i], read_cell(statement_.getColumn(7 + static_cast<int>(i)))});
  }
  arm.label = label_of(arm);
  statement_.reset();
  return arm;
}

void count_diverged(SQLite::Database& database, Replicates& replicates) {
  const std::set<std::int64_t> diverged = diverged_trials(database);
  for (std::size_t arm = 0; !diverged.empty() && arm < replicates.arms.size(); ++arm) {
    for (const Replicate& one : replicates.trials[arm]) {
      if (one.state == "failed" && diverged.contains(one.trial)) ++replicates.arms[arm].diverged;
    }
  }
}

Replicates read_replicates(SQLite::Database& database, std::int64_t sweep, const SweepAnalysis& analysis) {
  Replicates replicates = read_trials(database, sweep, analysis);
  SQLite::Statement skill(database,
                          "SELECT r.accuracy, r.loss, coalesce(r.accuracy >= 0.9 * t.ceiling_accuracy, 0) "
                          "FROM results r JOIN trials t USING (trial) WHERE r.trial = ?");
  for (std::size_t arm = 0; arm < replicates.arms.size(); ++arm) {
    read_skill(replicates.trials[arm], skill, replicates.arms[arm]);
  }
  count_diverged(database, replicates);
  return replicates;
}

}  // namespace headsweep::results
