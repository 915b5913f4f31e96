#include <ostream>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/plan_report.h"
#include "cli/step_forecast.h"
#include "errors/check.h"
#include "results/ledger_columns.h"
#include "results/setting_columns.h"
#include "sweep/budget.h"
#include "tasks/task.h"
#include "trial/key.h"
#include "trial/ledger.h"
#include "trial/task_shape.h"

namespace headsweep::cli {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const results::Cell& cell) {
  return std::visit(
      [](const auto& value) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) {
          return nullptr;
        } else {
          return value;
        }
      },
      cell);
}

std::vector<std::int64_t> mlp_widths(const trial::ModelSettings& model) {
  std::vector<std::int64_t> widths;
  for (std::int64_t layer = 0; layer < model.layers; ++layer) widths.push_back(model.mlp_width_of(layer));
  return widths;
}

void add_settings(Json& json, const trial::Settings& settings,
                  const std::vector<results::SettingColumn>& columns) {
  for (const auto& column : columns) json[column.name] = to_json(results::setting_cell(column, settings));
  if (settings.model.wider_mlps > 0) json["mlp_width"] = nullptr;  // as in trial_results
  json["mlp_widths"] = Json(mlp_widths(settings.model)).dump();
}

void add_ledger(Json& json, const trial::Settings& settings,
                const std::vector<results::LedgerColumn>& columns) {
  const trial::Ledger ledger = trial::ledger_of(settings);
  json["steps"] = ledger.steps;
  json["tokens"] = ledger.tokens;
  json["flops"] = ledger.flops();
  const std::vector<results::Cell> cells = results::ledger_cells(settings);
  for (std::size_t i = 0; i < cells.size(); ++i) json[columns[i].name] = to_json(cells[i]);
}

class TrialWriter {
 public:
  TrialWriter(const sweep::Plan& plan, const TrainingForecast& forecast) : plan_(plan), forecast_(forecast) {}

  Json operator()(const sweep::PlannedTrial& trial) const {
    const trial::Settings& settings = trial.settings;
    const tasks::Task* const task = tasks::find_task(settings.training.task);
    check(task != nullptr, "a planned trial has a known task");
    const tasks::TaskShape shape = trial::task_shape(settings);
    Json json = {{"trial", trial.number},
                 {"sweep", plan_.sweep.name},
                 {"key", trial.key},
                 {"state", "planned"},
                 {"seed", settings.seed},
                 {"arm", trial::arm_key(settings)},
                 {"parameters", trial.parameters},
                 {"parameter_mismatch", sweep::parameter_mismatch(trial.parameters, plan_.parameters)}};
    add_ledger(json, settings, ledger_);
    json["chance_accuracy"] = task->chance_accuracy(shape);
    json["ceiling_accuracy"] = task->ceiling_accuracy(shape);
    add_settings(json, settings, settings_);
    json["step_kind"] =
        why_eager(settings, forecast_.step, forecast_.device, plan_.sweep.resources.gpus_per_trial) ? "eager"
                                                                                                    : "fused";
    json["settings"] = trial::canonical_json(settings);
    return json;
  }

 private:
  const sweep::Plan& plan_;
  const TrainingForecast& forecast_;
  std::vector<results::SettingColumn> settings_ = results::setting_columns();
  std::vector<results::LedgerColumn> ledger_ = results::ledger_columns();
};

Json estimate_json(const sweep::Plan& plan, const std::optional<PlannedTime>& time) {
  Json json = {{"flops", total_flops(plan)}};
  if (time) {
    json["seconds"] = time->estimate.seconds;
    json["trial_seconds"] = time->estimate.trial_seconds;
    json["workers"] = time->workers.count();
    json["threads"] = time->workers.threads;
  }
  return json;
}

}  // namespace

void write_plan_json(std::ostream& out, const sweep::Plan& plan, const TrainingForecast& forecast) {
  const TrialWriter trial_json(plan, forecast);
  out << "{\n\"sweep\": " << Json(plan.sweep.name).dump() << ",\n\"hash\": \"" << plan.hash
      << "\",\n\"count\": " << plan.trials.size() << ",\n\"parameters\": " << plan.parameters
      << ",\n\"gpus_per_trial\": " << plan.sweep.resources.gpus_per_trial
      << ",\n\"notes\": " << Json(plan.notes).dump() << ",\n\"trials\": [";
  for (const auto& trial : plan.trials) out << (trial.number == 1 ? "\n" : ",\n") << trial_json(trial).dump();
  out << "\n],\n\"bundles\": [";  // one trial a bundle unless `run --stack` says otherwise
  for (const auto& trial : plan.trials) {
    out << (trial.number == 1 ? "\n" : ",\n") << R"({"trials": [)" << trial.number << "]}";
  }
  out << "\n],\n\"estimate\": " << estimate_json(plan, forecast.time).dump() << "\n}\n";
}

}  // namespace headsweep::cli
