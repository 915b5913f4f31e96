// Which trials may share a bundle.
#pragma once

#include "trial/settings.h"

namespace headsweep::orchestrator {

// Whether two trials can be trained stacked: the same shapes (model, batch) and the same schedule (steps,
// measurements). Task, data set, learning rate and seed may differ.
bool may_stack(const trial::Settings& a, const trial::Settings& b);

}  // namespace headsweep::orchestrator
