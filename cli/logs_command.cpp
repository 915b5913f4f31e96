// headsweep logs: what a trial's attempts printed.

#include <fstream>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/trial_list.h"
#include "errors/user_error.h"
#include "protocol/log_files.h"
#include "results/query.h"
#include "results/reader.h"
#include "results/store.h"

namespace headsweep::cli {
namespace {

std::string count_rows(const std::string& table, std::int64_t trial) {
  return "SELECT count(*) FROM " + table + " WHERE trial = " + std::to_string(trial);
}

bool any(results::StoreReader& store, const std::string& table, std::int64_t trial) {
  return std::get<std::int64_t>(results::run_sql(store, count_rows(table, trial)).rows.at(0).at(0)) > 0;
}

void print_log(results::StoreReader& store, std::int64_t trial) {
  if (!any(store, "trials", trial)) {
    throw UserError("no trial " + std::to_string(trial) + " in " + store.path().string() +
                    "; see 'headsweep query " + store.path().string() + " trials'");
  }
  if (!any(store, "attempts", trial))
    throw UserError("trial " + std::to_string(trial) + " was not tried yet");
  const auto path = protocol::trial_log(results::store_folder(store.path()), trial);
  std::ifstream log(path, std::ios::binary);
  if (!log) throw UserError("the log " + path.string() + " is gone");
  // Of an empty file nothing can be inserted, which would set the failure bit.
  if (log.peek() != std::ifstream::traits_type::eof()) std::cout << log.rdbuf();
}

int show_logs(const TrialList& list) {
  results::StoreReader store(list.store);
  for (const std::int64_t trial : list.trials) print_log(store, trial);
  return kDone;
}

}  // namespace

void add_logs_command(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("logs", "The log of a trial: all that its attempts printed");
  auto list = std::make_shared<TrialList>();
  add_trial_list(*command, *list, "number of the trial; may be repeated")->required();
  command->footer("Example:\n  headsweep logs results.db --trial 7");
  command->callback([list, &chosen] { chosen = [list] { return show_logs(*list); }; });
}

}  // namespace headsweep::cli
