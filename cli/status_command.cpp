// headsweep status: how far a sweep is. The exit code says it to scripts.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/shard_status.h"
#include "cli/slurm_jobs.h"
#include "results/reader.h"
#include "results/render.h"
#include "results/status.h"
#include "results/training_progress.h"

namespace headsweep::cli {
namespace {

using Json = nlohmann::ordered_json;

struct StatusOptions {
  std::string store;
  std::string format = "table";
  bool progress = false;
  bool watch = false;
};

constexpr std::chrono::seconds kBetweenLooks{2};

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

Json owner_json(const std::optional<results::Owner>& owner) {
  if (!owner) return nullptr;
  return {{"host", owner->host},
          {"pid", owner->pid},
          {"since", owner->since},
          {"job", owner->job.empty() ? Json(nullptr) : Json(owner->job)}};
}

Json jobs_json(const std::vector<SlurmJob>& jobs) {
  Json list = Json::array();
  for (const SlurmJob& job : jobs) {
    list.push_back({{"job", job.element.id},
                    {"what", job.element.what},
                    {"state", job.state},
                    {"log", job.element.log.string()}});
  }
  return list;
}

void print_json(const results::Status& status, const std::vector<SlurmJob>& jobs) {
  Json workers = Json::array();
  for (const auto& worker : status.workers) {
    workers.push_back({{"worker", worker.worker},
                       {"host", worker.host},
                       {"pid", worker.pid},
                       {"device", worker.device},
                       {"state", worker.state},
                       {"running", worker.running},
                       {"trial", or_null(worker.trial)},
                       {"step", or_null(worker.step)},
                       {"planned_steps", or_null(worker.planned_steps)},
                       {"steps_per_second", or_null(worker.steps_per_second)},
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
  Json gangs = Json::array();
  for (const auto& gang : status.gangs) {
    gangs.push_back({{"trial", gang.trial}, {"attempt", gang.attempt}, {"members", gang.members}});
  }
  Json json = {{"sweep", status.sweep},         {"counts", counts_json(status)},
               {"rate", or_null(status.rate)},  {"eta_seconds", or_null(status.eta_seconds)},
               {"workers", std::move(workers)}, {"failures", std::move(failures)}};
  json["gangs"] = std::move(gangs);
  json["jobs"] = jobs_json(jobs);
  json["owner"] = owner_json(status.owner);
  json["owner_elsewhere"] = owner_json(status.owner_elsewhere);
  if (status.owner_elsewhere) json["owner_elsewhere"]["beat"] = status.owner_elsewhere->beat;
  std::cout << json.dump(2) << "\n";
}

// "120/240": of the steps that the trial takes.
results::Cell step_cell(const results::WorkerStatus& worker) {
  if (!worker.step || !worker.planned_steps) return {};
  return std::to_string(*worker.step) + "/" + std::to_string(*worker.planned_steps);
}

void print_workers(const results::Status& status) {
  results::Table table{
      {"worker", "host", "pid", "device", "state", "trial", "step", "steps/s", "running", "done"}, {}};
  for (const auto& worker : status.workers) {
    table.rows.push_back({worker.worker, worker.host, worker.pid, worker.device, worker.state,
                          worker.trial ? results::Cell(*worker.trial) : results::Cell(), step_cell(worker),
                          worker.steps_per_second ? results::Cell(*worker.steps_per_second) : results::Cell(),
                          worker.running, worker.done});
  }
  std::cout << "\n" << results::render(table, results::Format::kTable);
}

void print_gangs(const results::Status& status) {
  std::cout << "\n";
  for (const auto& gang : status.gangs) {
    std::cout << "gang      trial " << gang.trial << ", attempt " << gang.attempt << ": " << gang.members
              << "\n";
  }
}

void print_failures(const results::Status& status) {
  results::Table table{{"trial", "attempt", "now", "reason", "message", "at"}, {}};
  for (const auto& failure : status.failures) {
    table.rows.push_back(
        {failure.trial, failure.attempt, failure.trial_state, failure.reason, failure.message, failure.at});
  }
  std::cout << "\nlast failures\n" << results::render(table, results::Format::kTable);
}

void print_jobs(const std::vector<SlurmJob>& jobs) {
  results::Table table{{"job", "what", "state", "log"}, {}};
  for (const SlurmJob& job : jobs) {
    table.rows.push_back({job.element.id, job.element.what, job.state, job.element.log.string()});
  }
  std::cout << "\nSLURM jobs\n" << results::render(table, results::Format::kTable);
}

void print_table(const results::Status& status, const std::vector<SlurmJob>& jobs) {
  std::cout << "sweep     " << status.sweep << "\ntrials    " << status.trials() << ":";
  const char* separator = " ";
  for (std::size_t state = 0; state < results::kTrialStates; ++state) {
    if (status.counts[state] == 0) continue;
    std::cout << separator << status.counts[state] << " " << to_text(static_cast<results::TrialState>(state));
    separator = ", ";
  }
  std::cout << "\n";
  if (status.owner) {
    std::cout << "run       by pid " << status.owner->pid << " on " << status.owner->host
              << (status.owner->job.empty() ? "" : ", SLURM job " + status.owner->job) << ", since "
              << status.owner->since << "\n";
  } else if (status.owner_elsewhere) {
    std::cout << "run       " << describe(*status.owner_elsewhere)
              << ", if it lives: no lock is seen here; its last sign of life was at "
              << status.owner_elsewhere->beat << " by its clock, one comes every 5 s\n";
  } else if (status.unfinished() > 0 && std::ranges::none_of(jobs, &SlurmJob::active)) {
    std::cout << "run       none; start the same command again to go on\n";
  }
  if (status.rate) std::cout << "rate      " << *status.rate * 60 << " trials a minute\n";
  if (status.eta_seconds) std::cout << "left      " << std::llround(*status.eta_seconds) << " s\n";
  if (!jobs.empty()) print_jobs(jobs);
  if (!status.workers.empty()) print_workers(status);
  if (!status.gangs.empty()) print_gangs(status);
  if (!status.failures.empty()) print_failures(status);
}

int show_progress(const StatusOptions& options) {
  results::StoreReader store(options.store);
  const results::Status status = results::read_status(store);
  std::cout << results::progress_mark(store) << "\n";
  return status.exit_code();
}

results::Status read_now(const std::string& path, bool in_shards) {
  if (in_shards) return read_status_of_shards(path);
  results::StoreReader store(path);
  return results::read_status(store);
}

// "[#######-----]  58%": trials that have ended.
std::string bar(const results::Status& status) {
  constexpr std::int64_t kCells = 40;
  const std::int64_t all = std::max<std::int64_t>(status.trials(), 1);
  const std::int64_t ended = status.trials() - status.unfinished();
  const auto filled = static_cast<std::size_t>(ended * kCells / all);
  return "[" + std::string(filled, '#') + std::string(kCells - filled, '-') + "]  " +
         std::to_string(ended * 100 / all) + "%";
}

// Draws the store's state again and again until all trials have ended. The store is opened for each look and closed
// after it: where there is no write-ahead log, an open one could keep the writer waiting.
int watch_status(const StatusOptions& options) {
  const bool redrawn = isatty(STDOUT_FILENO) == 1;
  while (true) {
    const bool in_shards = is_still_in_shards(options.store);
    const results::Status status = read_now(options.store, in_shards);
    if (redrawn) std::cout << "\033[H\033[2J";  // cursor home, screen empty
    std::cout << bar(status) << "\n";
    print_table(status, slurm_jobs(options.store));
    std::cout << (redrawn ? "" : "\n") << std::flush;
    if (status.is_over() && !in_shards) return status.exit_code();
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

int show_status(const StatusOptions& options) {
  if (options.watch) return watch_status(options);
  if (options.progress) return show_progress(options);
  const bool in_shards = is_still_in_shards(options.store);
  const results::Status status = read_now(options.store, in_shards);
  const std::vector<SlurmJob> jobs = slurm_jobs(options.store);
  if (options.format == "json") {
    print_json(status, jobs);
  } else {
    print_table(status, jobs);
  }
  return in_shards ? kUnfinished : status.exit_code();
}

}  // namespace

void add_status_command(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand(
      "status", "How far a sweep is; exits 0 all done, 3 unfinished, 4 finished with failures");
  auto options = std::make_shared<StatusOptions>();
  command->add_option("STORE", options->store, "store (SQLite)")->required();
  CLI::Option* const format = command->add_option("--format", options->format, "table or json")
                                  ->check(CLI::IsMember({"table", "json"}));
  command->add_flag("--progress", options->progress,
                    "one word that changes as training goes on, for scripts");
  command->add_flag("--watch", options->watch, "show it every two seconds until all trials have ended")
      ->excludes(format);
  command->footer("Example:\n  headsweep status results.db --format json");
  command->callback([options, &chosen] { chosen = [options] { return show_status(*options); }; });
}

}  // namespace headsweep::cli
