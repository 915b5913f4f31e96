// Of builds without CUDA.

#include "errors/check.h"
#include "worker/stacked/stacked_update.h"

namespace headsweep::stacked {

bool has_cuda_programs() {
  return false;
}

std::unique_ptr<StackedUpdate> make_cuda_stacked_update(const std::vector<trial::Settings>& /*settings*/,
                                                        const StackBuffers& /*buffers*/,
                                                        const StackOptions& /*options*/) {
  check(false, "a build with CUDA makes stacks on GPUs");
  return nullptr;
}

}  // namespace headsweep::stacked
