// The devices of the workers that `headsweep run` starts or is.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/training_options.h"
#include "orchestrator/mpi_session.h"
#include "worker/agent/trainer_device.h"

namespace headsweep::cli {

// GPUs for --device: none for cpu; for auto they are asked for only where a driver is loaded.
struct Gpus {
  std::vector<agent::UsableGpu> usable;
  std::string why_none;
};
// Throws UserError if the trainer does not start.
Gpus find_gpus(const std::string& device, const std::filesystem::path& trainer);

// One device a worker of an embedded run: as many as --workers says, else one a GPU, else one per --threads cores.
// Throws UserError if --device is cuda and there is none, or if there are fewer GPUs than --workers.
std::vector<agent::TrainerDevice> embedded_devices(const TrainingOptions& options,
                                                   const std::filesystem::path& trainer);

// The line of a run that asks for GPUs, by --device or --tf32, where there are none. `why` as in Gpus.
std::string no_cuda_device(const TrainingOptions& options, const std::string& why);

// What the ranks of a host agreed on.
struct RankDevices {
  std::optional<agent::TrainerDevice>
      own;       // of this rank; none for rank 0, and for a worker that is left without
  bool any_gpu;  // some worker of this host sees one
  std::string why_none;
};
// Collective: every rank calls it once, after the session's start.
RankDevices devices_of_ranks(const TrainingOptions& options, const orchestrator::MpiSession& session);

}  // namespace headsweep::cli
