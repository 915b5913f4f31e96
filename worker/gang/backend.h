// How members are connected: one file a library. Internal to worker/gang.
#pragma once

#include <chrono>

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "worker/gang/group.h"

namespace headsweep::gang {

using StorePointer = c10::intrusive_ptr<c10d::Store>;
using BackendPointer = c10::intrusive_ptr<c10d::Backend>;

// Connects this member to the others, who do so at the same time, through addresses left in `store`. Both throw what
// c10d throws, within `timeout` if others do not come.
BackendPointer connect_by_gloo(const StorePointer& store, const Membership& membership,
                               std::chrono::milliseconds timeout);
// Throws UserError in builds without CUDA.
BackendPointer connect_by_nccl(const StorePointer& store, const Membership& membership,
                               std::chrono::milliseconds timeout);

}  // namespace headsweep::gang
