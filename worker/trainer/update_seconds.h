// How long an update takes here.
#pragma once

#include <vector>

#include "trial/settings.h"
#include "worker/trainer/bundle_buffers.h"
#include "worker/trainer/trainer_context.h"

namespace headsweep::trainer {

// The median time of one update of all these trials together, made as many at once as the step likes, from at least three
// such runs and for `budget` seconds: one that another program interrupts does not count. Changes `buffers`, which have a row a trial. `settings`: as for
// make_chosen_step().
double update_seconds(const std::vector<trial::Settings>& settings, const BundleBuffers& buffers,
                      double budget, const TrainerContext& context);

}  // namespace headsweep::trainer
