// How many trials of a shape this trainer's device best trains at once.
#pragma once

#include <cstdint>

#include "trial/settings.h"
#include "worker/trainer/trainer_context.h"

namespace headsweep::trainer {

inline constexpr std::int64_t kMostStacked = 512;

// On a CPU 1: trials take turns there anyway. Elsewhere the smallest stack whose updates come near the best rate
// (stack_timing.h), found by timing a few updates of 1, 2, 4, ... trials of these settings, no more than fit the
// device's memory and kMostStacked. Takes seconds. Throws what a training step of one trial throws.
std::int64_t best_stack(const trial::Settings& settings, const TrainerContext& context);

}  // namespace headsweep::trainer
