#include "cli/training_options.h"

#include <filesystem>

#include <CLI/CLI.hpp>

#include "cli/whole_number.h"
#include "errors/user_error.h"

namespace headsweep::cli {
namespace {

constexpr std::int64_t kMostWorkers = 4096;
constexpr std::int64_t kMostThreads = 1024;
constexpr std::int64_t kMostStacked = 4096;

}  // namespace

void add_workers_option(CLI::App& command, TrainingOptions& options) {
  command.add_option("--workers", options.workers, "without a launcher: default one per GPU, else per core")
      ->check(whole_number(1, kMostWorkers));
}

void add_stack_option(CLI::App& command, std::string& stack) {
  command
      .add_option(
          "--stack", stack,
          "trials of equal shapes in one bundle: auto (on a GPU as many as it trains best, else 1) or N")
      ->check(whole_number(1, kMostStacked, "auto"))
      ->type_name("N");
}

void add_training_options(CLI::App& command, TrainingOptions& options) {
  command.add_option("--device", options.run.device, "auto, cpu or cuda (one GPU a worker)")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}));
  command
      .add_option("--threads", options.run.threads,
                  "of each worker; the last digits depend on them with --step eager only")
      ->check(whole_number(1, kMostThreads))
      ->capture_default_str();
  command
      .add_option("--step", options.run.step, "training step: auto (fused where it can be), eager or fused")
      ->check(CLI::IsMember({"auto", "eager", "fused"}));
  command.add_flag("--tf32", options.run.tf32,
                   "on GPUs: the fused step multiplies on tensor cores, which round to 11 bits");
  command.add_option("--trainer", options.trainer, "headsweep-trainer; default: beside headsweep");
}

void resolve_tf32(TrainingOptions& options) {
  if (!options.run.tf32) return;
  if (options.run.device == "cpu") throw UserError("--tf32 needs GPUs; leave out --device cpu");
  if (options.run.step == "eager") throw UserError("--tf32 is of the fused step; leave out --step eager");
  options.run.device = "cuda";
}

std::vector<std::string> words_of(const TrainingOptions& options) {
  const TrainingOptions standard;
  std::vector<std::string> words;
  const auto add = [&](const std::string& option, const std::string& value) {
    words.push_back(option);
    words.push_back(value);
  };
  if (options.run.device != standard.run.device) add("--device", options.run.device);
  if (options.run.threads != standard.run.threads) add("--threads", std::to_string(options.run.threads));
  if (options.run.step != standard.run.step) add("--step", options.run.step);
  if (options.run.tf32) words.emplace_back("--tf32");
  if (!options.trainer.empty()) add("--trainer", std::filesystem::absolute(options.trainer).string());
  return words;
}

}  // namespace headsweep::cli
