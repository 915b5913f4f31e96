#include "protocol/messages.h"

#include "errors/check.h"

namespace headsweep::protocol {

std::string_view to_text(EndReason reason) {
  switch (reason) {
    case EndReason::kError:
      return "error";
    case EndReason::kDiverged:
      return "diverged";
    case EndReason::kTrainerKilled:
      return "trainer_killed";
    case EndReason::kTrainerExited:
      return "trainer_exited";
    case EndReason::kTrainerHung:
      return "trainer_hung";
    case EndReason::kTimeout:
      return "timeout";
    case EndReason::kBadFrames:
      return "bad_frames";
    case EndReason::kCannotStart:
      return "cannot_start";
    case EndReason::kWorkerLost:
      return "worker_lost";
    case EndReason::kStopped:
      return "stopped";
    case EndReason::kGangLost:
      return "gang_lost";
    case EndReason::kCannotWrite:
      return "cannot_write";
  }
  check(false, "unknown end reason");
  return {};
}

bool is_interruption(EndReason reason) {
  switch (reason) {
    case EndReason::kWorkerLost:
    case EndReason::kStopped:
    case EndReason::kGangLost:
    case EndReason::kCannotWrite:
      return true;
    default:
      return false;
  }
}

}  // namespace headsweep::protocol
