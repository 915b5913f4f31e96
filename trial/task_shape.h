// What the settings of a trial say about its task.
#pragma once

#include "tasks/task.h"
#include "trial/settings.h"

namespace headsweep::trial {

// The shape to give to every function of the trial's task.
inline tasks::TaskShape task_shape(const Settings& settings) {
  return {.length = settings.model.length,
          .vocabulary = settings.model.vocabulary,
          .shift = settings.training.shift,
          .pairs = settings.training.pairs,
          .queries = settings.training.queries};
}

}  // namespace headsweep::trial
