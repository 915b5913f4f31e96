#include "cli/sweep_options.h"

#include <CLI/CLI.hpp>

#include "cli/whole_number.h"

namespace headsweep::cli {

void add_sweep_options(CLI::App& command, SweepOptions& options) {
  command.add_option("SWEEP", options.file, "sweep file (TOML)")->required();
  command.add_option("--set", options.overrides, "key=value: dotted name, TOML value (repeatable)")
      ->type_name("KEY=VALUE")
      ->take_all()
      ->expected(1)
      ->allow_extra_args(false);
  command.add_option("--max-trials", options.max_trials, "refuse larger grids")
      ->check(whole_number(1))
      ->capture_default_str();
}

sweep::Sweep read_sweep(const SweepOptions& options) {
  return sweep::read_sweep_file(options.file, options.overrides);
}

}  // namespace headsweep::cli
