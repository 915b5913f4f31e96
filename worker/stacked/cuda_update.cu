#include "worker/stacked/cuda_runtime.cuh"
#include "worker/stacked/stacked_update-inl.h"

namespace headsweep::stacked {

std::unique_ptr<StackedUpdate> make_cuda_stacked_update(const std::vector<trial::Settings>& settings,
                                                        const StackBuffers& buffers,
                                                        const StackOptions& options) {
  return std::make_unique<StackedUpdateOn<CudaRuntime>>(settings, buffers, options);
}

}  // namespace headsweep::stacked
