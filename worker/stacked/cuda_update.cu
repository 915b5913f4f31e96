#include "worker/stacked/cuda_runtime.cuh"
#include "worker/stacked/stacked_update-inl.h"

namespace headsweep::stacked {

bool has_cuda_programs() {
  return true;
}

std::unique_ptr<StackedUpdate> make_cuda_stacked_update(const std::vector<trial::Settings>& settings,
                                                        const StackBuffers& buffers,
                                                        const StackOptions& options) {
  return std::make_unique<StackedUpdateOn<CudaRuntime>>(settings, buffers, options);
}

}  // namespace headsweep::stacked
