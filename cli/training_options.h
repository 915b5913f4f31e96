// What run and plan share beside the sweep: with how many workers of what kind it is trained.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "orchestrator/run_sweep.h"

namespace CLI {
class App;
}

namespace headsweep::cli {

struct TrainingOptions {
  std::optional<std::int64_t> workers;
  orchestrator::RunOptions run;
  std::string trainer;
};

// --workers, --device, --threads, --step and --trainer. `options` must live as long as the command.
void add_training_options(CLI::App& command, TrainingOptions& options);

// As many as asked for; else what `headsweep run` starts without a launcher.
std::int64_t embedded_workers(const TrainingOptions& options);

}  // namespace headsweep::cli
