#include "cli/trial_list.h"

#include <CLI/CLI.hpp>

#include "cli/whole_number.h"

namespace headsweep::cli {

CLI::Option* add_trial_list(CLI::App& command, TrialList& list, const std::string& meaning) {
  command.add_option("STORE", list.store, "store (SQLite)")->required();
  return command.add_option("--trial", list.trials, meaning)
      ->check(whole_number(1))
      ->type_name("K")
      ->allow_extra_args(false);
}

}  // namespace headsweep::cli
