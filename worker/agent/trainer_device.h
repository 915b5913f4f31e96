// Which device the trainer of a worker uses: every GPU of a host is one worker's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headsweep::agent {

// Where a trainer computes.
struct TrainerDevice {
  std::string name = "cpu";     // its --device: "cpu" or "cuda:<n>"
  std::string visible_devices;  // its CUDA_VISIBLE_DEVICES; empty: this process's
};

// A GPU, or a slice of one (MIG), that this process may use.
struct UsableGpu {
  TrainerDevice device;
  std::string uuid;  // the same for every process of the host
};

// Whether this host may have NVIDIA GPUs: without a driver nobody need ask for them. Asks neither CUDA nor the GPUs.
bool nvidia_driver_loaded();

// The entries of a CUDA_VISIBLE_DEVICES (null: not set) that lists slices of GPUs; empty if it lists anything else. CUDA shows
// a process only the first slice of the list.
std::vector<std::string> visible_slices(const char* list);

// GPUs of each worker process of a host, by UUID in the process's order: what number `worker` (0-based) takes of its own.
// Lower workers choose first, each the first that nobody has; a launcher may show all of them the same GPUs or each its own.
// Nothing: none is left.
std::optional<std::size_t> own_gpu(const std::vector<std::vector<std::string>>& uuids, std::size_t worker);

// The device of number `worker` of a host. `requested`: auto, cpu or cuda. `own`: what the worker's process may use; `uuids`:
// as own_gpu() takes them. "auto" is the CPU only where no worker sees a GPU. Nothing: the worker has no device.
std::optional<TrainerDevice> choose_device(std::string_view requested, const std::vector<UsableGpu>& own,
                                           const std::vector<std::vector<std::string>>& uuids,
                                           std::size_t worker);

// What the coordinator asks for (auto, cpu or cuda) of a worker that has `own`. Throws UserError if it asks for a GPU that the
// worker does not have.
TrainerDevice device_for_run(std::string_view requested, const TrainerDevice& own);

}  // namespace headsweep::agent
