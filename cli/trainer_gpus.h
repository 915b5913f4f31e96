// The GPUs that the trainer's LibTorch can use; headsweep itself links no CUDA and asks `headsweep-trainer --devices`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace headsweep::cli {

struct TrainerGpu {
  std::int64_t index;              // CUDA's number in a process that sees `slice`, or this process's GPUs
  std::string name;                // "NVIDIA H200"
  std::string uuid;                // "GPU-...", "MIG-..."
  std::int64_t memory_bytes;       // all of it, free or not
  std::string compute_capability;  // "9.0"
  std::string slice;  // the entry of CUDA_VISIBLE_DEVICES that shows it, if that lists slices (MIG)
};

struct TrainerGpus {
  std::vector<TrainerGpu> gpus;
  std::string why_none;  // one line if there is none
};

// Loads LibTorch in a child, about a second, for each slice one after the other. CUDA_VISIBLE_DEVICES is respected. Throws
// UserError if the trainer does not start.
TrainerGpus trainer_gpus(const std::filesystem::path& trainer);

// A command line whose program sees that slice alone; empty: what this process sees.
std::vector<std::string> with_visible_device(const std::string& slice, std::vector<std::string> argv);

// "cuda:0 NVIDIA H200 (139 GiB, compute capability 9.0)".
std::string describe(const TrainerGpu& gpu);

}  // namespace headsweep::cli
