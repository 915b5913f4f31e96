#include "cli/training_options.h"

#include <CLI/CLI.hpp>

#include "cli/whole_number.h"

namespace headsweep::cli {
namespace {

constexpr std::int64_t kMostWorkers = 4096;
constexpr std::int64_t kMostThreads = 1024;

}  // namespace

void add_training_options(CLI::App& command, TrainingOptions& options) {
  command.add_option("--workers", options.workers, "without a launcher: default one per GPU, else per core")
      ->check(whole_number(1, kMostWorkers));
  command.add_option("--device", options.run.device, "auto, cpu or cuda")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}));
  command.add_option("--threads", options.run.threads, "of each worker; part of a trial's numerics")
      ->check(whole_number(1, kMostThreads))
      ->capture_default_str();
  command
      .add_option("--step", options.run.step, "training step: auto (fused where it can be), eager or fused")
      ->check(CLI::IsMember({"auto", "eager", "fused"}));
  command.add_option("--trainer", options.trainer, "headsweep-trainer; default: beside headsweep");
}

std::int64_t embedded_workers(const TrainingOptions& options) {
  return options.workers ? *options.workers
                         : orchestrator::default_workers(options.run.device, options.run.threads);
}

}  // namespace headsweep::cli
