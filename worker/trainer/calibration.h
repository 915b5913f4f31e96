// headsweep-trainer --calibrate: how long a trial's parts take on this machine, from a few of each.
#pragma once

#include <span>
#include <string>

#include "worker/trainer/trainer_context.h"

namespace headsweep::trainer {

// One JSON object for each trial, in an array: "step_seconds" of one update, "along_seconds" of one measurement along
// the way, "end_seconds" of the final one. `trials`: canonical settings (trial/key.h). Updates are timed for an equal
// share of `seconds` each, at least three of them; measurements on one sequence, from initial weights, and multiplied.
// Throws UserError on settings that cannot be read.
std::string calibrate(std::span<const std::string> trials, double seconds, const TrainerContext& context);

}  // namespace headsweep::trainer
