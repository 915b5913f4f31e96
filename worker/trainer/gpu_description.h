// What the NVIDIA driver says of a GPU.
#pragma once

#include <cstdint>
#include <string>

namespace headsweep::trainer {

struct Gpu {
  int index = 0;                           // CUDA's number in this process
  std::string name = "unknown GPU";        // "NVIDIA H200"
  std::string uuid;                        // "GPU-1b2c...", "MIG-1b2c..." for a slice
  std::int64_t memory_bytes = 0;           // all of it, free or not
  std::string compute_capability = "0.0";  // "9.0"
};

// The GPU that CUDA numbers `index` in this process; what the driver does not say keeps its default, the UUID
// "unknown-<index>". Asks the driver library
// by name, so that nothing here needs the CUDA toolkit to build.
Gpu describe_gpu(int index);

}  // namespace headsweep::trainer
