// What the NVIDIA driver calls a GPU.
#pragma once

#include <string>

namespace headsweep::trainer {

// Model of the GPU that CUDA numbers `index` in this process ("NVIDIA H200"); "unknown GPU" if the driver
// does not say. Asks the driver library by name, so that nothing here needs the CUDA toolkit to build.
std::string gpu_name(int index);

}  // namespace headsweep::trainer
