#include "tasks/split.h"

namespace headsweep::tasks {

std::optional<std::string> check_payloads(double payloads) {
  if (payloads >= kFewestPayloads) return std::nullopt;
  return "has only " + std::to_string(static_cast<std::int64_t>(payloads)) +
         " different payloads and needs " + std::to_string(static_cast<std::int64_t>(kFewestPayloads)) +
         " to hold some out; raise the length or the vocabulary";
}

}  // namespace headsweep::tasks
