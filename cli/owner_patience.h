// How long commands wait for a store's owner.
#pragma once

#include <functional>

#include "results/owner_lock.h"

namespace headsweep::cli {

// The usual times; what is waited for is said on stderr.
results::OwnerPatience owner_patience(std::function<bool()> is_stopped = [] { return false; });

}  // namespace headsweep::cli
