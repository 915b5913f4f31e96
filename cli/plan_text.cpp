#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include "cli/clock_text.h"
#include "cli/plan_report.h"
#include "cli/step_forecast.h"
#include "results/render.h"
#include "results/setting_columns.h"
#include "sweep/budget.h"
#include "trial/ledger.h"

namespace headsweep::cli {
namespace {

constexpr std::size_t kMostRowsShown = 40;

// Trials of one arm follow each other.
class Arms {
 public:
  explicit Arms(const sweep::Plan& plan) : plan_(plan) {}

  [[nodiscard]] std::size_t count() const { return plan_.trials.size() / seeds(); }
  [[nodiscard]] std::size_t seeds() const { return plan_.sweep.seeds.size(); }
  [[nodiscard]] const sweep::PlannedTrial& first_trial(std::size_t arm) const {
    return plan_.trials[arm * seeds()];
  }

 private:
  const sweep::Plan& plan_;
};

std::vector<results::SettingColumn> varying_columns(const Arms& arms) {
  std::vector<results::SettingColumn> columns = results::setting_columns();
  std::erase_if(columns, [&](const results::SettingColumn& column) {
    const results::Cell first = results::setting_cell(column, arms.first_trial(0).settings);
    for (std::size_t arm = 1; arm < arms.count(); ++arm) {
      if (results::setting_cell(column, arms.first_trial(arm).settings) != first) return false;
    }
    return true;
  });
  return columns;
}

results::Table arms_table(const sweep::Plan& plan, const Arms& arms) {
  const std::vector<results::SettingColumn> columns = varying_columns(arms);
  results::Table table;
  for (const auto& column : columns) table.columns.push_back(column.name);
  for (const char* name : {"parameters", "mismatch", "attention", "mlp", "embeddings", "tokens",
                           "GFLOP forward", "GFLOP backward", "seeds"}) {
    table.columns.emplace_back(name);
  }
  for (std::size_t arm = 0; arm < std::min(arms.count(), kMostRowsShown); ++arm) {
    const sweep::PlannedTrial& trial = arms.first_trial(arm);
    const trial::Ledger ledger = trial::ledger_of(trial.settings);
    std::vector<results::Cell>& row = table.rows.emplace_back();
    for (const auto& column : columns) row.push_back(results::setting_cell(column, trial.settings));
    row.insert(row.end(), {trial.parameters, sweep::parameter_mismatch(trial.parameters, plan.parameters),
                           ledger.parameters.attention, ledger.parameters.mlp, ledger.parameters.embeddings,
                           ledger.tokens, ledger.forward_flops * 1e-9, ledger.backward_flops * 1e-9,
                           static_cast<std::int64_t>(arms.seeds())});
  }
  return table;
}

std::string counted(std::int64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

// "18512 in every trial", or how far the trials miss it.
std::string budget_text(const sweep::Plan& plan) {
  double largest = 0;
  for (const auto& trial : plan.trials) {
    largest = std::max(largest, std::abs(sweep::parameter_mismatch(trial.parameters, plan.parameters)));
  }
  const std::string number = std::to_string(plan.parameters);
  if (largest == 0) return number + " in every trial";
  return number + ", missed by at most " + trial::to_text(std::round(largest * 1e6) / 1e4) + "%";
}

// Which training step the trials take: one line, and one for every reason to take the eager one.
void write_steps(std::ostream& out, const sweep::Plan& plan, const TrainingForecast& forecast) {
  StepForecast steps(forecast.step, forecast.device, plan.sweep.resources.gpus_per_trial);
  for (const auto& trial : plan.trials) steps.add(trial.settings);
  if (steps.fused() > 0) {
    out << "step        fused on " << steps.devices() << ", " << counted(steps.fused(), "trial") << "\n";
  }
  for (const auto& [why, count] : steps.eager_by_reason()) {
    out << "step        eager, " << counted(count, "trial") << ": " << why << "\n";
  }
}

// How many workers train one trial.
void write_gangs(std::ostream& out, const sweep::Plan& plan) {
  const std::int64_t members = plan.sweep.resources.gpus_per_trial;
  if (members == 1) return;
  out << "gangs       " << members << " workers train each trial together, each on its part of every batch\n";
}

void write_time(std::ostream& out, const PlannedTime& time) {
  const TimeEstimate& estimate = time.estimate;
  out << "time        about " << clock_text(estimate.seconds) << " with "
      << counted(time.workers.count(), "worker") << " of " << counted(time.workers.threads, "thread")
      << " like those of this machine";
  if (estimate.measured_kinds < estimate.kinds) {
    out << " (" << estimate.measured_kinds << " of " << estimate.kinds << " kinds of trials timed)";
  }
  out << "\n";
}

}  // namespace

double total_flops(const sweep::Plan& plan) {
  double flops = 0;
  for (const auto& trial : plan.trials) flops += trial::ledger_of(trial.settings).flops();
  return flops;
}

void write_plan_text(std::ostream& out, const sweep::Plan& plan, const TrainingForecast& forecast) {
  const Arms arms(plan);
  out << "sweep       " << plan.sweep.name << "\n"
      << "plan hash   " << plan.hash << "\n"
      << "trials      " << plan.trials.size() << " ("
      << counted(static_cast<std::int64_t>(arms.count()), "arm") << " x "
      << counted(static_cast<std::int64_t>(arms.seeds()), "seed") << ")\n"
      << "parameters  " << budget_text(plan) << "\n"
      << "training    " << total_flops(plan) * 1e-12 << " TFLOP, one trial a bundle\n";
  if (forecast.time) write_time(out, *forecast.time);
  write_steps(out, plan, forecast);
  write_gangs(out, plan);
  for (const std::string& note : plan.notes) out << "note        " << note << "\n";
  out << "\n" << results::render(arms_table(plan, arms), results::Format::kTable);
  if (arms.count() > kMostRowsShown) {
    out << "... and " << arms.count() - kMostRowsShown << " arms more (--format json shows every trial)\n";
  }
}

}  // namespace headsweep::cli
