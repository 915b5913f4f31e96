#include "cli/trainer_gpus.h"

#include <cstdlib>

#include <nlohmann/json.hpp>

#include "cli/program_output.h"
#include "errors/user_error.h"
#include "worker/agent/trainer_device.h"

namespace headsweep::cli {
namespace {

TrainerGpu read_gpu(const nlohmann::json& gpu, const std::string& slice) {
  return {gpu.at("index"),
          gpu.at("name"),
          gpu.at("uuid"),
          gpu.at("memory_bytes"),
          gpu.at("compute_capability"),
          slice};
}

// `slice`: the only one that the trainer is to see; empty: whatever this process sees.
void ask(const std::filesystem::path& trainer, const std::string& slice, TrainerGpus& found) {
  const ProgramOutput output = run_program(with_visible_device(slice, {trainer.string(), "--devices"}));
  const auto answer = nlohmann::json::parse(output.stdout_text, nullptr, false);
  if (output.exit_code != 0 || !answer.is_object()) {
    throw UserError(trainer.string() + " does not start: build it again");
  }
  try {
    for (const auto& gpu : answer.at("gpus")) found.gpus.push_back(read_gpu(gpu, slice));
    if (found.gpus.empty()) found.why_none = answer.at("why_none");
  } catch (const nlohmann::json::exception&) {
    throw UserError(trainer.string() + " is of another version: build it again");
  }
}

}  // namespace

TrainerGpus trainer_gpus(const std::filesystem::path& trainer) {
  // Nothing in this program writes to the environment.
  const char* list = std::getenv("CUDA_VISIBLE_DEVICES");  // NOLINT(concurrency-mt-unsafe)
  TrainerGpus found;
  const std::vector<std::string> slices = agent::visible_slices(list);
  for (const std::string& slice : slices) ask(trainer, slice, found);
  if (slices.empty()) ask(trainer, "", found);
  return found;
}

std::vector<std::string> with_visible_device(const std::string& slice, std::vector<std::string> argv) {
  if (!slice.empty()) argv.insert(argv.begin(), {"env", "CUDA_VISIBLE_DEVICES=" + slice});
  return argv;
}

std::string describe(const TrainerGpu& gpu) {
  const std::string number = gpu.slice.empty() ? "cuda:" + std::to_string(gpu.index) : gpu.slice;
  return number + " " + gpu.name + " (" + std::to_string(gpu.memory_bytes >> 30) +
         " GiB, compute capability " + gpu.compute_capability + ")";
}

}  // namespace headsweep::cli
