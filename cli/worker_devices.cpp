#include "cli/worker_devices.h"

#include <algorithm>
#include <sstream>

#include "cli/trainer_gpus.h"
#include "errors/user_error.h"
#include "worker/agent/trainer_executable.h"

namespace headsweep::cli {
namespace {

std::string joined_uuids(const std::vector<agent::UsableGpu>& gpus) {
  std::string lines;
  for (const agent::UsableGpu& gpu : gpus) lines += gpu.uuid + "\n";
  return lines;
}

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// A trainer that does not start is no reason to stay away from a collective call: rank 0 hears of it later.
Gpus gpus_or_reason(const TrainingOptions& options) {
  try {
    return find_gpus(options.run.device, agent::trainer_path(options.trainer));
  } catch (const UserError& error) {
    return {{}, error.what()};
  }
}

}  // namespace

Gpus find_gpus(const std::string& device, const std::filesystem::path& trainer) {
  Gpus found;
  if (device == "cpu" || (device == "auto" && !agent::nvidia_driver_loaded())) return found;
  const TrainerGpus answer = trainer_gpus(trainer);
  for (const TrainerGpu& gpu : answer.gpus) {
    found.usable.push_back({{"cuda:" + std::to_string(gpu.index), gpu.slice}, gpu.uuid});
  }
  found.why_none = answer.why_none;
  return found;
}

std::vector<agent::TrainerDevice> embedded_devices(const TrainingOptions& options,
                                                   const std::filesystem::path& trainer) {
  const Gpus found = find_gpus(options.run.device, trainer);
  const std::int64_t gpus = std::ssize(found.usable);
  if (gpus == 0) {
    if (options.run.device == "cuda") throw UserError(no_cuda_device(options, found.why_none));
    const std::int64_t workers =
        options.workers.value_or(orchestrator::default_cpu_workers(options.run.threads));
    return std::vector<agent::TrainerDevice>(static_cast<std::size_t>(workers));
  }
  const std::int64_t workers = options.workers.value_or(gpus);
  if (workers > gpus) {
    throw UserError("--workers " + std::to_string(workers) + ": there are " + std::to_string(gpus) +
                    " GPUs, and each is one worker's; ask for fewer, or for --device cpu");
  }
  std::vector<agent::TrainerDevice> devices;
  for (std::int64_t worker = 0; worker < workers; ++worker) {
    devices.push_back(found.usable[static_cast<std::size_t>(worker)].device);
  }
  return devices;
}

RankDevices devices_of_ranks(const TrainingOptions& options, const orchestrator::MpiSession& session) {
  const bool is_worker = session.rank() > 0;
  const Gpus own = is_worker ? gpus_or_reason(options) : Gpus{};
  std::vector<std::vector<std::string>> uuids;
  for (const std::string& text : session.share_on_host(joined_uuids(own.usable)))
    uuids.push_back(split_lines(text));
  RankDevices devices{std::nullopt, false, own.why_none};
  devices.any_gpu = std::ranges::any_of(uuids, [](const auto& list) { return !list.empty(); });
  if (is_worker) {
    const auto index = static_cast<std::size_t>(session.local_worker_index());
    devices.own = agent::choose_device(options.run.device, own.usable, uuids, index);
  }
  return devices;
}

std::string no_cuda_device(const TrainingOptions& options, const std::string& why) {
  const std::string because = why.empty() ? "" : " (" + why + ")";
  if (options.run.tf32) return "--tf32: no CUDA device" + because + "; leave it out to train in float32";
  return "--device cuda: no CUDA device" + because + "; use --device cpu or auto";
}

}  // namespace headsweep::cli
