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

#include "tasks/task.h"

namespace headsweep::tasks {

// Equal payloads have equal splits; nothing else matters. Any ids, any length.
Split split_of(std::span<const std::int32_t> payload);

// Below this many payloads a split may be nearly empty and a training set soon holds all of its own.
inline constexpr double kFewestPayloads = 64;

// What is wrong with a task that has `payloads` different payloads (infinity: very many), or nothing.
std::optional<std::string> check_payloads(double payloads);

}  // namespace headsweep::tasks
