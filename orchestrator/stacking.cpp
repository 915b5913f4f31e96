#include "orchestrator/stacking.h"

namespace headsweep::orchestrator {

bool may_stack(const trial::Settings& a, const trial::Settings& b) {
  return a.model == b.model && a.training.batch == b.training.batch && a.training.steps == b.training.steps &&
         a.measure.sequences == b.measure.sequences && a.measure.every == b.measure.every &&
         a.measure.horizon == b.measure.horizon;
}

}  // namespace headsweep::orchestrator
