// Which payloads are for training and which are held out.
//
// A hash of the content decides, without the seed: about one payload in four is held out, the same ones in
// every trial and in every task with such payloads. So held-out samples never repeat training ones, nor those
// of another seed. Within a split payloads stay as likely relative to each other as they were.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "random/host_device.h"
#include "tasks/task.h"

namespace headsweep::tasks {

// Equal payloads have equal splits; nothing else matters. Any ids, any length.
HEADSWEEP_HOST_DEVICE inline Split split_of(std::span<const std::int32_t> payload) {
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

// Below this many payloads a split may be nearly empty and a training set soon holds all of its own.
inline constexpr double kFewestPayloads = 64;

// What is wrong with a task that has `payloads` different payloads (infinity: very many), or nothing.
std::optional<std::string> check_payloads(double payloads);

}  // namespace headsweep::tasks
