#include "orchestrator/failed_ranks.h"

namespace headsweep::orchestrator {

bool FailedRanks::look() {
  return false;
}

}  // namespace headsweep::orchestrator
