#include "worker/stacked/host_runtime.h"
#include "worker/stacked/stacked_update-inl.h"

namespace headsweep::stacked {

std::unique_ptr<StackedUpdate> make_host_stacked_update(const std::vector<trial::Settings>& settings,
                                                        const StackBuffers& buffers,
                                                        const StackOptions& options) {
  return std::make_unique<StackedUpdateOn<HostRuntime>>(settings, buffers, options);
}

}  // namespace headsweep::stacked
