#include "results/trial_rows.h"

#include <algorithm>

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/check.h"
#include "results/cells.h"
#include "results/ledger_columns.h"
#include "results/setting_columns.h"
#include "sweep/budget.h"
#include "tasks/task.h"
#include "trial/key.h"
#include "trial/parameters.h"
#include "trial/task_shape.h"

namespace headsweep::results {
namespace {

// What the plan says of a trial; the columns that follow from its settings come after these.
const std::vector<std::string> kPlannedColumns = {"trial", "sweep", "position", "baseline_arm",
                                                  "parameter_mismatch"};

std::vector<std::string> hashed_derived_columns() {
  return {
      "key", "arm", "seed", "settings", "parameters", "mlp_widths", "chance_accuracy", "ceiling_accuracy"};
}

std::vector<std::string> inserted_columns() {
  std::vector<std::string> columns = kPlannedColumns;
  std::ranges::copy(hashed_derived_columns(), std::back_inserter(columns));
  return columns;
}

std::vector<std::string> unhashed_columns() {
  std::vector<std::string> columns;
  for (const SettingColumn& column : setting_columns()) columns.push_back(column.name);
  for (const LedgerColumn& column : ledger_columns()) columns.push_back(column.name);
  columns.emplace_back("state");
  return columns;
}

std::string widths_of_layers(const trial::ModelSettings& model) {
  std::string json = "[";
  for (std::int64_t layer = 0; layer < model.layers; ++layer) {
    json += (layer == 0 ? "" : ",") + std::to_string(model.mlp_width_of(layer));
  }
  return json + "]";
}

}  // namespace

std::vector<std::string> derived_trial_columns() {
  std::vector<std::string> columns = hashed_derived_columns();
  for (const SettingColumn& column : setting_columns()) columns.push_back(column.name);
  for (const LedgerColumn& column : ledger_columns()) columns.push_back(column.name);
  return columns;
}

std::vector<Cell> derived_trial_cells(const trial::Settings& settings) {
  const tasks::Task* const task = tasks::find_task(settings.training.task);
  check(task != nullptr, "settings with an unknown task");
  const tasks::TaskShape shape = trial::task_shape(settings);
  std::vector<Cell> row = {trial::trial_key(settings),
                           trial::arm_key(settings),
                           std::int64_t{settings.seed},
                           trial::canonical_json(settings),
                           trial::count_parameters(settings.model).total(),
                           widths_of_layers(settings.model),
                           task->chance_accuracy(shape),
                           task->ceiling_accuracy(shape)};
  for (const SettingColumn& column : setting_columns()) row.push_back(setting_cell(column, settings));
  std::ranges::move(ledger_cells(settings), std::back_inserter(row));
  return row;
}

TrialRows::TrialRows(SQLite::Database& database, std::int64_t sweep, const sweep::Plan& plan)
    : sweep_(sweep),
      expansion_(plan.sweep),
      insert_(database, "trials", inserted_columns(), unhashed_columns()) {}

std::optional<std::string> TrialRows::baseline_arm(const sweep::PlannedTrial& planned) {
  if (planned.combination != combination_) {
    combination_ = planned.combination;
    baseline_arm_ = expansion_.baseline_arm(planned.combination);
  }
  return baseline_arm_;
}

void TrialRows::insert(protocol::TrialId trial, std::int64_t position, const sweep::PlannedTrial& planned) {
  std::vector<Cell> row = {trial, sweep_, position, optional_cell(baseline_arm(planned)),
                           sweep::parameter_mismatch(planned.parameters, expansion_.parameters())};
  std::ranges::move(derived_trial_cells(planned.settings), std::back_inserter(row));
  row.emplace_back("planned");
  insert_(row);
}

}  // namespace headsweep::results
