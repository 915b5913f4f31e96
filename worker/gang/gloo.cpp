#include <cstdlib>

#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include "worker/gang/backend.h"

namespace headsweep::gang {
namespace {

using c10d::ProcessGroupGloo;

// GLOO_SOCKET_IFNAME chooses the network between hosts, as it does in PyTorch.
std::shared_ptr<::gloo::transport::Device> network(bool one_host) {
  if (one_host) return ProcessGroupGloo::createDeviceForHostname("127.0.0.1");
  const char* const interface = std::getenv("GLOO_SOCKET_IFNAME");
  return interface == nullptr ? ProcessGroupGloo::createDefaultDevice()
                              : ProcessGroupGloo::createDeviceForInterface(interface);
}

}  // namespace

BackendPointer connect_by_gloo(const StorePointer& store, const Membership& membership,
                               std::chrono::milliseconds timeout) {
  const auto options = ProcessGroupGloo::Options::create(timeout);
  options->devices.push_back(network(membership.one_host));
  return c10::make_intrusive<ProcessGroupGloo>(store, static_cast<int>(membership.member),
                                               static_cast<int>(membership.members), options);
}

}  // namespace headsweep::gang
