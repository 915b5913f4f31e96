// Samples of the tasks whose targets stand beside their tokens and follow from them: copy, shift, cycle, prefix parity.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "tasks/uniform_tokens.h"

namespace headsweep::tasks {

inline constexpr std::int64_t kParityIds = 2;  // tokens of prefix parity are bits

HEADSWEEP_HOST_DEVICE inline void write_copy_targets(std::span<const std::int32_t> tokens,
                                                     std::span<std::int32_t> targets) {
  std::copy(tokens.begin(), tokens.end(), targets.begin());
}

HEADSWEEP_HOST_DEVICE inline void write_shift_targets(std::int64_t shift,
                                                      std::span<const std::int32_t> tokens,
                                                      std::span<std::int32_t> targets) {
  const auto first = static_cast<std::size_t>(shift);
  for (std::size_t i = 0; i < targets.size(); ++i) targets[i] = i < first ? kNoLoss : tokens[i - first];
}

HEADSWEEP_HOST_DEVICE inline void write_cycle_targets(std::int64_t shift,
                                                      std::span<const std::int32_t> tokens,
                                                      std::span<std::int32_t> targets) {
  const auto first = static_cast<std::size_t>(shift);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    targets[i] = tokens[i < first ? i + targets.size() - first : i - first];
  }
}

HEADSWEEP_HOST_DEVICE inline void write_copy(const TaskShape& shape, const SampleKey& key,
                                             const SampleRoom& room) {
  draw_uniform_tokens(key, shape.vocabulary, room.tokens);
  write_copy_targets(room.tokens, room.targets);
}

HEADSWEEP_HOST_DEVICE inline void write_shift(const TaskShape& shape, const SampleKey& key,
                                              const SampleRoom& room) {
  draw_uniform_tokens(key, shape.vocabulary, room.tokens);
  write_shift_targets(shape.shift, room.tokens, room.targets);
}

HEADSWEEP_HOST_DEVICE inline void write_cycle(const TaskShape& shape, const SampleKey& key,
                                              const SampleRoom& room) {
  draw_uniform_tokens(key, shape.vocabulary, room.tokens);
  write_cycle_targets(shape.shift, room.tokens, room.targets);
}

HEADSWEEP_HOST_DEVICE inline void write_prefix_parity(const SampleKey& key, const SampleRoom& room) {
  draw_uniform_tokens(key, kParityIds, room.tokens);
  std::int32_t parity = 0;
  for (std::size_t i = 0; i < room.tokens.size(); ++i) room.targets[i] = parity ^= room.tokens[i];
}

}  // namespace headsweep::tasks
