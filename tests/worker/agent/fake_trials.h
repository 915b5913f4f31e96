// What fake_trainer does with a trial of that number; any other is answered with a result at once.
#pragma once

#include "protocol/messages.h"

namespace headsweep::agent {

enum class FakeTrial : protocol::TrialId {
  kFine = 1,
  kSegfaults = 1001,
  kIsKilled,
  kExits,
  kHangs,
  kWritesGarbage,
  kDiverges,
  kLeavesAChild,  // exits, but a child of it has its pipe open
  kIsSlow,        // goes on until it is stopped
  kIgnoresStop,
};

}  // namespace headsweep::agent
