// One piece of work in parts that several threads do at once.
#pragma once

#include <cstddef>
#include <functional>

namespace headsweep::results {

// As many threads as this machine runs at once, from 1 to `most`.
std::size_t threads_at_once(std::size_t most);

// work(0) ... work(parts - 1), each in a thread of its own, the first in the caller's; those that the host allows no thread for
// the caller does too. Returns when all have ended; throws what one of them threw.
void side_by_side(std::size_t parts, const std::function<void(std::size_t part)>& work);

}  // namespace headsweep::results
