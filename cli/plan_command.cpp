// headsweep plan: the trials a sweep expands to. Changes nothing.

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/sweep_options.h"
#include "errors/check.h"
#include "results/render.h"
#include "results/setting_columns.h"
#include "sweep/plan.h"
#include "tasks/task.h"
#include "trial/key.h"
#include "trial/parameters.h"
#include "trial/task_shape.h"

namespace headsweep::cli {
namespace {

constexpr std::size_t kMostRowsShown = 40;

using Json = nlohmann::ordered_json;

struct PlanOptions {
  SweepOptions sweep;
  std::string format = "table";
};

double training_flops(const trial::Settings& settings) {
  return trial::training_flops_per_sequence(settings.model) *
         static_cast<double>(settings.training.batch * settings.training.steps);
}

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

// The columns of trial_results that are known before training.
Json trial_json(const std::string& sweep, const sweep::PlannedTrial& trial,
                const std::vector<results::SettingColumn>& columns) {
  const tasks::Task* const task = tasks::find_task(trial.settings.training.task);
  check(task != nullptr, "a planned trial has a known task");
  const tasks::TaskShape shape = trial::task_shape(trial.settings);
  Json json = {{"trial", trial.number},
               {"sweep", sweep},
               {"key", trial.key},
               {"state", "planned"},
               {"seed", trial.settings.seed},
               {"arm", trial::arm_key(trial.settings)},
               {"parameters", trial.parameters},
               {"parameter_mismatch", 0},
               {"steps", trial.settings.training.steps},
               {"flops", training_flops(trial.settings)},
               {"chance_accuracy", task->chance_accuracy(shape)},
               {"ceiling_accuracy", task->ceiling_accuracy(shape)}};
  for (const auto& column : columns)
    json[column.name] = to_json(results::setting_cell(column, trial.settings));
  json["settings"] = trial::canonical_json(trial.settings);
  return json;
}

double total_flops(const sweep::Plan& plan) {
  double flops = 0;
  for (const auto& trial : plan.trials) flops += training_flops(trial.settings);
  return flops;
}

void print_json(const sweep::Plan& plan) {
  const auto columns = results::setting_columns();
  Json trials = Json::array();
  Json bundles = Json::array();
  for (const auto& trial : plan.trials) {
    trials.push_back(trial_json(plan.sweep.name, trial, columns));
    bundles.push_back(
        {{"trials", {trial.number}}});  // one trial a bundle unless `run --stack` says otherwise
  }
  const Json json = {{"sweep", plan.sweep.name},      {"hash", plan.hash},
                     {"count", plan.trials.size()},   {"trials", std::move(trials)},
                     {"bundles", std::move(bundles)}, {"estimate", {{"flops", total_flops(plan)}}}};
  std::cout << json.dump(2) << "\n";
}

// One row an arm: the settings that differ between arms, and how often each arm is trained.
results::Table arms_table(const sweep::Plan& plan) {
  std::vector<results::SettingColumn> columns = results::setting_columns();
  const auto varies = [&](const results::SettingColumn& column) {
    const results::Cell first = results::setting_cell(column, plan.trials.front().settings);
    return std::ranges::any_of(plan.trials, [&](const sweep::PlannedTrial& trial) {
      return results::setting_cell(column, trial.settings) != first;
    });
  };
  std::erase_if(columns, [&](const results::SettingColumn& column) { return !varies(column); });

  results::Table table;
  for (const auto& column : columns) table.columns.push_back(column.name);
  for (const char* name : {"parameters", "mismatch", "GFLOP", "seeds"}) table.columns.emplace_back(name);

  std::map<std::string, std::size_t> row_of_arm;
  for (const auto& trial : plan.trials) {
    const auto [found, is_new] = row_of_arm.try_emplace(trial::arm_key(trial.settings), table.rows.size());
    if (is_new) {
      std::vector<results::Cell> row;
      for (const auto& column : columns) row.push_back(results::setting_cell(column, trial.settings));
      row.insert(row.end(),
                 {trial.parameters, std::int64_t{0}, training_flops(trial.settings) * 1e-9, std::int64_t{0}});
      table.rows.push_back(std::move(row));
    }
    ++std::get<std::int64_t>(table.rows[found->second].back());
  }
  return table;
}

std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

void print_table(const sweep::Plan& plan) {
  results::Table arms = arms_table(plan);
  const std::size_t arm_count = arms.rows.size();
  arms.rows.resize(std::min(arm_count, kMostRowsShown));
  std::cout << "sweep       " << plan.sweep.name << "\n"
            << "plan hash   " << plan.hash << "\n"
            << "trials      " << plan.trials.size() << " (" << counted(arm_count, "arm") << " x "
            << counted(plan.sweep.seeds.size(), "seed") << "), " << plan.parameters << " parameters each\n"
            << "training    " << total_flops(plan) * 1e-12 << " TFLOP, one trial a bundle\n\n";
  std::cout << results::render(arms, results::Format::kTable);
  if (arm_count > kMostRowsShown) {
    std::cout << "... and " << arm_count - kMostRowsShown << " arms more (--format json shows every trial)\n";
  }
}

int plan_sweep(const PlanOptions& options) {
  const sweep::Plan plan = sweep::make_plan(read_sweep(options.sweep), options.sweep.max_trials);
  if (options.format == "json") {
    print_json(plan);
  } else {
    print_table(plan);
  }
  return kDone;
}

}  // namespace

void add_plan_command(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("plan", "Show the trials a sweep expands to; changes nothing");
  auto options = std::make_shared<PlanOptions>();
  add_sweep_options(*command, options->sweep);
  command->add_option("--format", options->format, "table (arms) or json (every trial)")
      ->check(CLI::IsMember({"table", "json"}));
  command->footer("Example:\n  headsweep plan configs/quickstart.toml --set training.steps=100");
  command->callback([options, &chosen] { chosen = [options] { return plan_sweep(*options); }; });
}

}  // namespace headsweep::cli
