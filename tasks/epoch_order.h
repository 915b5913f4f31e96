// The order in which training visits its samples.
#pragma once

#include <cstdint>
#include <span>

namespace headsweep::tasks {

// Writes epoch `epoch`'s permutation of 0 .. order.size()-1: a Fisher-Yates shuffle whose draws follow from
// (seed, epoch, position). Equal for every trial of equal seed and sample count.
void epoch_order(std::uint32_t seed, std::uint32_t epoch, std::span<std::uint32_t> order);

}  // namespace headsweep::tasks
