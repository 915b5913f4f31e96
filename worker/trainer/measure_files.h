// headsweep-trainer --measure: metrics of trained models as JSON.
#pragma once

#include <string>

#include "worker/trainer/arguments.h"

namespace headsweep::trainer {

// The JSON document: of one file an object, of several a list of these. {"checkpoint", "task", "heads",
// "dtype", "sequences", "split" ("heldout" or "inputs"), "loss", "accuracy", "layers": [{"layer", "metrics":
// {name: {"mean", "std", "n", "censored", "per_sequence"}}, "heads": [{"head", "metrics"}]}], "rollout":
// {"metrics"}}. null stands for undefined and infinite numbers; loss and accuracy are null where the inputs
// come without targets. Throws UserError.
std::string measure_files(const Arguments& arguments);

}  // namespace headsweep::trainer
