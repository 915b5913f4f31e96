// How a sample of selective copy is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tasks/payload.h"

namespace headsweep::tasks {

struct ScatterLayout {
  std::int64_t data_ids;  // 0 ... data_ids - 1
  std::int32_t filler;
  std::int32_t separator;
  std::int64_t queries;    // also the number of data tokens
  std::int64_t scattered;  // positions of the payload
};

HEADSWEEP_HOST_DEVICE inline ScatterLayout scatter_layout(const TaskShape& shape) {
  const std::int64_t queries = shape.queries == 0 ? shape.length / 4 : shape.queries;
  const auto separator = static_cast<std::int32_t>(shape.vocabulary - 1);
  return {shape.vocabulary - 2, separator - 1, separator, queries, shape.length - queries};
}

// Every choice of places is equally likely: selection sampling (Knuth, TAOCP volume 2, algorithm 3.4.2 S).
HEADSWEEP_HOST_DEVICE inline void draw_scattered(Draws& draws, const ScatterLayout& layout,
                                                 std::span<std::int32_t> payload) {
  std::int64_t missing = layout.queries;
  std::int64_t places = layout.scattered;
  for (std::int32_t& token : payload) {
    const bool is_data = draws.below(places--) < missing;
    token = is_data ? draws.below(layout.data_ids) : layout.filler;
    if (is_data) --missing;
  }
}

HEADSWEEP_HOST_DEVICE inline void write_selective_copy(const TaskShape& shape, const SampleKey& key,
                                                       const SampleRoom& room) {
  const ScatterLayout layout = scatter_layout(shape);
  const std::span<std::int32_t> payload = room.tokens.first(static_cast<std::size_t>(layout.scattered));
  draw_payload(
      key, DrawGroup::kScatteredTokens, payload,
      [&layout](Draws& draws, std::span<std::int32_t> drawn) { draw_scattered(draws, layout, drawn); });
  std::size_t asked = payload.size();
  for (std::size_t i = 0; i < payload.size(); ++i) {
    room.targets[i] = kNoLoss;
    if (payload[i] == layout.filler) continue;
    room.tokens[asked] = layout.separator;
    room.targets[asked++] = payload[i];
  }
}

}  // namespace headsweep::tasks
