#include <cstdlib>

#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

#include "worker/gang/backend.h"

namespace headsweep::gang {

BackendPointer connect_by_nccl(const StorePointer& store, const Membership& membership,
                               std::chrono::milliseconds timeout) {
  // Group watches every collective itself; the watchdog of c10d would end the process, which looks like a crash of the
  // trial. What the environment says goes first.
  setenv("TORCH_NCCL_ASYNC_ERROR_HANDLING", "0", /*replace=*/0);
  setenv("TORCH_NCCL_ENABLE_MONITORING", "0", /*replace=*/0);
  const auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = timeout;
  const auto backend = c10::make_intrusive<c10d::ProcessGroupNCCL>(
      store, static_cast<int>(membership.member), static_cast<int>(membership.members), options);
  backend->setBoundDeviceId(membership.device);
  return backend;
}

}  // namespace headsweep::gang
