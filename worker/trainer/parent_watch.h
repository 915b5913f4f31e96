// A trainer does not outlive its agent.
#pragma once

#include <cstdint>

namespace headsweep::trainer {

// From now on the kernel kills this process when the thread that started it ends. Returns whether
// `parent_pid` still is the parent; if not, it ended before and nobody will come.
[[nodiscard]] bool die_with_parent(std::int64_t parent_pid);

}  // namespace headsweep::trainer
