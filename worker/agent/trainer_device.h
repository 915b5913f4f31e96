// Which device the trainer of a worker uses.
#pragma once

#include <cstdint>
#include <string>

namespace headsweep::agent {

// NVIDIA GPUs that this process may use: those of the driver, or the entries of CUDA_VISIBLE_DEVICES.
// Asks neither CUDA nor the GPUs.
std::int64_t visible_gpus();

// The trainer's --device. "cuda" and, where there is a GPU, "auto" become "cuda:<n>": workers of a host take
// its GPUs in turn. Without one, "auto" is "cpu", and "cuda" stays for the trainer to refuse.
std::string trainer_device(const std::string& device, std::int64_t local_worker_index, std::int64_t gpus);

}  // namespace headsweep::agent
