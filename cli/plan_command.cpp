// headsweep plan: the trials a sweep expands to. Changes nothing.

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/plan_report.h"
#include "cli/sweep_options.h"
#include "cli/training_options.h"
#include "cli/worker_devices.h"
#include "results/statistics/power.h"
#include "sweep/plan.h"
#include "worker/agent/trainer_executable.h"

namespace headsweep::cli {
namespace {

struct PlanOptions : TrainingOptions {
  SweepOptions sweep;
  std::string format = "table";
  bool estimate = false;
};

std::optional<PlannedTime> planned_time(const PlanOptions& options, const sweep::Plan& plan) {
  if (!options.estimate) return std::nullopt;
  const std::filesystem::path trainer = agent::find_trainer(options.trainer);
  const Workers workers{embedded_devices(options, trainer), options.run.threads, options.run.step,
                        options.run.tf32};
  return PlannedTime{workers, estimate_time(plan, workers, trainer)};
}

int plan_sweep(PlanOptions options) {
  resolve_tf32(options);
  sweep::Plan plan = sweep::make_plan(read_sweep(options.sweep), options.sweep.max_trials);
  if (auto warning = results::too_few_seeds(plan)) plan.notes.push_back(std::move(*warning));
  const TrainingForecast forecast{options.run.step, options.run.device, planned_time(options, plan)};
  if (options.format == "json") {
    write_plan_json(std::cout, plan, forecast);
  } else {
    write_plan_text(std::cout, plan, forecast);
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
  command->add_flag("--estimate", options->estimate,
                    "tell how long it takes with these workers; trains a little of it, for some seconds");
  add_workers_option(*command, *options);
  add_training_options(*command, *options);
  command->footer("Example:\n  headsweep plan configs/quickstart.toml --set training.steps=100 --estimate");
  command->callback([options, &chosen] { chosen = [options] { return plan_sweep(*options); }; });
}

}  // namespace headsweep::cli
