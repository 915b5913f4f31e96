// What plan and run share: which sweep file, changed how.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sweep/plan.h"

namespace CLI {
class App;
}

namespace headsweep::cli {

struct SweepOptions {
  std::string file;
  std::vector<std::string> overrides;
  std::int64_t max_trials = sweep::kDefaultMaxTrials;
};

// `options` must live as long as the command.
void add_sweep_options(CLI::App& command, SweepOptions& options);

sweep::Sweep read_sweep(const SweepOptions& options);

}  // namespace headsweep::cli
