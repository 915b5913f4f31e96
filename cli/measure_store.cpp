#include "cli/measure_store.h"

#include <algorithm>
#include <iostream>
#include <span>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/program_output.h"
#include "errors/user_error.h"
#include "protocol/frame.h"
#include "results/metric_columns.h"
#include "results/reader.h"
#include "results/remeasure.h"
#include "worker/agent/trainer_executable.h"

namespace headsweep::cli {
namespace {

using Json = nlohmann::ordered_json;
using results::OutdatedTrial;

// Models that one trainer measures: each is stored before the next ones begin, and the start of LibTorch is shared.
constexpr std::size_t kModelsAtOnce = 8;

// Trials by what became of them.
struct Report {
  std::vector<protocol::TrialId> measured;
  std::vector<protocol::TrialId> without_weights;
  std::vector<protocol::TrialId> old_curves;  // measured, but not along their training
  std::vector<std::pair<protocol::TrialId, std::string>> damaged;
  std::int64_t closed_nulls = 0;
};

std::vector<protocol::Message> read_frames(const std::string& bytes) {
  protocol::FrameReader reader;
  reader.append(std::as_bytes(std::span(bytes)));
  std::vector<protocol::Message> messages;
  while (auto message = reader.next()) messages.push_back(std::move(*message));
  return messages;
}

// Stores one answer of the trainer.
void take_answer(results::OwnedStore& store, std::span<const OutdatedTrial> trials,
                 const protocol::Message& message, Report& report) {
  if (const auto* const done = std::get_if<protocol::TrialDone>(&message)) {
    const OutdatedTrial& trial = trials[static_cast<std::size_t>(done->attempt)];
    results::replace_measurements(store, trial.trial, done->result);
    report.measured.push_back(trial.trial);
    if (trial.has_curve_metrics) report.old_curves.push_back(trial.trial);
  } else if (const auto* const error = std::get_if<protocol::TrialError>(&message)) {
    report.damaged.emplace_back(trials[static_cast<std::size_t>(error->attempt)].trial, error->message);
  }
}

void measure_some(results::OwnedStore& store, std::span<const OutdatedTrial> trials, Report& report) {
  std::vector<std::string> argv = {agent::find_trainer().string(), "--remeasure"};
  for (const OutdatedTrial& trial : trials) {
    argv.push_back((results::store_folder(store.path()) / trial.model_file).string());
  }
  const ProgramOutput output = run_program(argv);
  const std::vector<protocol::Message> answers = read_frames(output.stdout_text);
  for (const protocol::Message& answer : answers) take_answer(store, trials, answer, report);
  if (output.exit_code != 0 || answers.size() != trials.size()) {
    throw UserError("headsweep-trainer ended with code " + std::to_string(output.exit_code) + " at " +
                    trials[std::min(answers.size(), trials.size() - 1)].model_file +
                    "; what was measured before it is stored");
  }
}

std::string listed(const std::vector<protocol::TrialId>& trials) {
  constexpr std::size_t kShown = 20;
  std::string text = trials.size() == 1 ? "trial " : "trials ";
  for (std::size_t i = 0; i < trials.size() && i < kShown; ++i)
    text += (i == 0 ? "" : ", ") + std::to_string(trials[i]);
  return trials.size() > kShown ? text + " and " + std::to_string(trials.size() - kShown) + " more" : text;
}

std::string counted(std::size_t trials) {
  return std::to_string(trials) + (trials == 1 ? " trial" : " trials");
}

void print_lines(const Report& report) {
  const std::string version = "metrics_version " + std::to_string(results::kMetricsVersion);
  std::cout << "measured again: " << counted(report.measured.size()) << ", " << report.closed_nulls
            << " nulls in closed form, now of " << version << "\n";
  if (!report.without_weights.empty()) {
    std::cout << "not measured, their weights were not kept: " << listed(report.without_weights)
              << " ([measure] keep = \"all\" keeps them)\n";
  }
  for (const auto& [trial, message] : report.damaged) {
    std::cout << "not measured: trial " << trial << ": " << message << "\n";
  }
  if (!report.old_curves.empty()) {
    std::cout << "older along the training, where no weights are kept: " << listed(report.old_curves) << "\n";
  }
}

Json as_json(const Report& report) {
  Json damaged = Json::array();
  for (const auto& [trial, message] : report.damaged)
    damaged.push_back({{"trial", trial}, {"message", message}});
  return {{"metrics_version", results::kMetricsVersion},
          {"measured", report.measured},
          {"closed_nulls", report.closed_nulls},
          {"without_weights", report.without_weights},
          {"damaged", std::move(damaged)},
          {"old_curves", report.old_curves}};
}

Report bring_up_to_date(results::OwnedStore& store) {
  Report report;
  std::vector<OutdatedTrial> kept;
  for (OutdatedTrial& trial : results::outdated_trials(store)) {
    if (trial.model_file.empty()) {
      report.without_weights.push_back(trial.trial);
    } else {
      kept.push_back(std::move(trial));
    }
  }
  report.closed_nulls = results::replace_closed_nulls(store);
  for (std::span<const OutdatedTrial> left = kept; !left.empty();) {
    const auto some = left.first(std::min(left.size(), kModelsAtOnce));
    measure_some(store, some, report);
    left = left.subspan(some.size());
    std::cerr << "measured " << kept.size() - left.size() << " of " << counted(kept.size()) << "\n";
  }
  if (!report.measured.empty() || report.closed_nulls > 0) {
    results::record_remeasurement(store, counted(report.measured.size()) +
                                             " measured again with metrics_version " +
                                             std::to_string(results::kMetricsVersion));
  }
  return report;
}

}  // namespace

int measure_store(const std::string& store, const std::string& format) {
  { const results::StoreReader exists(store); }  // an owner would create it
  results::OwnedStore owned(store);
  const Report report = bring_up_to_date(owned);
  if (format == "json") {
    std::cout << as_json(report).dump(1) << "\n";
  } else {
    print_lines(report);
  }
  return report.damaged.empty() ? kDone : kError;
}

}  // namespace headsweep::cli
