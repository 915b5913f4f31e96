// headsweep status: how far a sweep is. The exit code says it to scripts.

#include <cmath>
#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "results/reader.h"
#include "results/render.h"
#include "results/status.h"

namespace headsweep::cli {
namespace {

using Json = nlohmann::ordered_json;

struct StatusOptions {
  std::string store;
  std::string format = "table";
};

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json counts_json(const results::Status& status) {
  Json counts;
  for (std::size_t state = 0; state < results::kTrialStates; ++state) {
    counts[std::string(to_text(static_cast<results::TrialState>(state)))] = status.counts[state];
  }
  return counts;
}

void print_json(const results::Status& status) {
  Json workers = Json::array();
  for (const auto& worker : status.workers) {
    workers.push_back({{"worker", worker.worker},
                       {"host", worker.host},
                       {"pid", worker.pid},
                       {"device", worker.device},
                       {"state", worker.state},
                       {"running", worker.running},
                       {"done", worker.done}});
  }
  Json failures = Json::array();
  for (const auto& failure : status.failures) {
    failures.push_back({{"trial", failure.trial},
                        {"attempt", failure.attempt},
                        {"trial_state", failure.trial_state},
                        {"reason", failure.reason},
                        {"message", failure.message},
                        {"at", failure.at}});
  }
  Json json = {{"sweep", status.sweep},         {"counts", counts_json(status)},
               {"rate", or_null(status.rate)},  {"eta_seconds", or_null(status.eta_seconds)},
               {"workers", std::move(workers)}, {"failures", std::move(failures)}};
  if (status.owner) {
    json["owner"] = {
        {"host", status.owner->host}, {"pid", status.owner->pid}, {"since", status.owner->since}};
  } else {
    json["owner"] = nullptr;
  }
  std::cout << json.dump(2) << "\n";
}

void print_workers(const results::Status& status) {
  results::Table table{{"worker", "host", "pid", "device", "state", "running", "done"}, {}};
  for (const auto& worker : status.workers) {
    table.rows.push_back(
        {worker.worker, worker.host, worker.pid, worker.device, worker.state, worker.running, worker.done});
  }
  std::cout << "\n" << results::render(table, results::Format::kTable);
}

void print_failures(const results::Status& status) {
  results::Table table{{"trial", "attempt", "now", "reason", "message", "at"}, {}};
  for (const auto& failure : status.failures) {
    table.rows.push_back(
        {failure.trial, failure.attempt, failure.trial_state, failure.reason, failure.message, failure.at});
  }
  std::cout << "\nlast failures\n" << results::render(table, results::Format::kTable);
}

void print_table(const results::Status& status) {
  std::cout << "sweep     " << status.sweep << "\ntrials    " << status.trials() << ":";
  const char* separator = " ";
  for (std::size_t state = 0; state < results::kTrialStates; ++state) {
    if (status.counts[state] == 0) continue;
    std::cout << separator << status.counts[state] << " " << to_text(static_cast<results::TrialState>(state));
    separator = ", ";
  }
  std::cout << "\n";
  if (status.owner) {
    std::cout << "run       by pid " << status.owner->pid << " on " << status.owner->host << " since "
              << status.owner->since << "\n";
  } else if (status.unfinished() > 0) {
    std::cout << "run       none; start the same command again to go on\n";
  }
  if (status.rate) std::cout << "rate      " << *status.rate * 60 << " trials a minute\n";
  if (status.eta_seconds) std::cout << "left      " << std::llround(*status.eta_seconds) << " s\n";
  if (!status.workers.empty()) print_workers(status);
  if (!status.failures.empty()) print_failures(status);
}

int show_status(const StatusOptions& options) {
  results::StoreReader store(options.store);
  const results::Status status = results::read_status(store);
  if (options.format == "json") {
    print_json(status);
  } else {
    print_table(status);
  }
  return status.exit_code();
}

}  // namespace

void add_status_command(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand(
      "status", "How far a sweep is; exits 0 all done, 3 unfinished, 4 finished with failures");
  auto options = std::make_shared<StatusOptions>();
  command->add_option("STORE", options->store, "store (SQLite)")->required();
  command->add_option("--format", options->format, "table or json")->check(CLI::IsMember({"table", "json"}));
  command->footer("Example:\n  headsweep status results.db --format json");
  command->callback([options, &chosen] { chosen = [options] { return show_status(*options); }; });
}

}  // namespace headsweep::cli
