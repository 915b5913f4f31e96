// How a sample of bracketed copy is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tasks/payload.h"
#include "tasks/separated.h"

namespace headsweep::tasks {

struct BracketLayout {
  std::int64_t data_ids;  // 0 ... data_ids - 1
  std::int32_t opening;
  std::int32_t closing;
  std::int64_t payload;  // |x|
  std::int64_t longest;  // tokens between the brackets, at most

  // Places of the opening bracket when `inside` tokens follow before the closing one.
  [[nodiscard]] HEADSWEEP_HOST_DEVICE std::int64_t places(std::int64_t inside) const {
    return payload - 1 - inside;
  }

  // All places of brackets around `fewest` tokens or more.
  [[nodiscard]] HEADSWEEP_HOST_DEVICE std::int64_t places_from(std::int64_t fewest) const {
    return (places(fewest) + places(longest)) * (longest - fewest + 1) / 2;
  }
};

HEADSWEEP_HOST_DEVICE inline BracketLayout bracket_layout(const TaskShape& shape) {
  const std::int64_t longest = shape.length / 3;
  const std::int32_t closing = separator(shape) - 1;
  return {shape.vocabulary - 3, closing - 1, closing, shape.length - longest - 1, longest};
}

HEADSWEEP_HOST_DEVICE inline void draw_bracketed(Draws& draws, const BracketLayout& layout,
                                                 std::span<std::int32_t> payload) {
  std::int64_t place = draws.below(layout.places_from(1));
  std::int64_t inside = 1;
  for (; place >= layout.places(inside); ++inside) place -= layout.places(inside);
  for (std::int32_t& token : payload) token = draws.below(layout.data_ids);
  payload[static_cast<std::size_t>(place)] = layout.opening;
  payload[static_cast<std::size_t>(place + inside + 1)] = layout.closing;
}

HEADSWEEP_HOST_DEVICE inline void write_bracketed_copy(const TaskShape& shape, const SampleKey& key,
                                                       const SampleRoom& room) {
  const BracketLayout layout = bracket_layout(shape);
  const std::span<std::int32_t> payload = room.tokens.first(static_cast<std::size_t>(layout.payload));
  draw_payload(
      key, DrawGroup::kBracketedTokens, payload,
      [&layout](Draws& draws, std::span<std::int32_t> drawn) { draw_bracketed(draws, layout, drawn); });
  SeparatedOutput output(shape, layout.payload, room.tokens, room.targets);
  std::size_t copied = 0;
  while (payload[copied] != layout.opening) ++copied;
  do {
    output.append(payload[++copied]);
  } while (payload[copied] != layout.closing);
}

}  // namespace headsweep::tasks
