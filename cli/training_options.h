// What run, plan and submit share beside the sweep: with how many workers of what kind it is trained.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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

// `options` must live as long as the command. --device, --threads, --step, --tf32 and --trainer:
void add_training_options(CLI::App& command, TrainingOptions& options);
void add_workers_option(CLI::App& command, TrainingOptions& options);
// --stack: "auto" or a number, in text.
void add_stack_option(CLI::App& command, std::string& stack);

// --tf32 needs GPUs, so it asks for them. Throws UserError if other options contradict it.
void resolve_tf32(TrainingOptions& options);

// The words of --device, --threads, --step, --tf32 and --trainer that differ from the defaults.
std::vector<std::string> words_of(const TrainingOptions& options);

}  // namespace headsweep::cli
