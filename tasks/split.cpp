#include "tasks/split.h"

namespace headsweep::tasks {

Split split_of(std::span<const std::int32_t> payload) {
  // FNV-1a by token, then the finaliser of MurmurHash3 (Appleby), because the top bits of FNV mix too little.
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const std::int32_t token : payload) {
    hash = (hash ^ static_cast<std::uint32_t>(token)) * 0x100000001b3U;
  }
  hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdU;
  hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53U;
  hash ^= hash >> 33;
  return hash >> 62 == 0 ? Split::kHeldOut : Split::kTraining;
}

std::optional<std::string> check_payloads(double payloads) {
  if (payloads >= kFewestPayloads) return std::nullopt;
  return "has only " + std::to_string(static_cast<std::int64_t>(payloads)) +
         " different payloads and needs " + std::to_string(static_cast<std::int64_t>(kFewestPayloads)) +
         " to hold some out; raise the length or the vocabulary";
}

}  // namespace headsweep::tasks
