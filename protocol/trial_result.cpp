#include "protocol/trial_result.h"

#include "errors/check.h"

namespace headsweep::protocol {

std::string_view to_text(Split split) {
  switch (split) {
    case Split::kTrain:
      return "train";
    case Split::kHeldOut:
      return "heldout";
  }
  check(false, "unknown split");
  return {};
}

}  // namespace headsweep::protocol
