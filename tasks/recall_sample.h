// How a sample of associative recall is made.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "tasks/distinct_tokens.h"

namespace headsweep::tasks {

// How the ids and the positions of one shape are divided.
struct RecallLayout {
  std::int64_t key_ids;    // 0 ... key_ids - 1
  std::int64_t value_ids;  // key_ids ... key_ids + value_ids - 1
  std::int64_t pairs;
  std::int64_t queries;

  [[nodiscard]] HEADSWEEP_HOST_DEVICE std::int64_t first_query() const { return 2 * pairs; }
};

HEADSWEEP_HOST_DEVICE inline RecallLayout recall_layout(const TaskShape& shape) {
  const std::int64_t key_ids = (shape.vocabulary - 1) / 2;
  const std::int64_t fitting = shape.queries == 0 ? shape.length / 3 : (shape.length - shape.queries) / 2;
  const std::int64_t pairs = shape.pairs == 0 ? std::min(fitting, key_ids) : shape.pairs;
  const std::int64_t queries = shape.queries == 0 ? shape.length - 2 * pairs : shape.queries;
  return {key_ids, shape.vocabulary - 1 - key_ids, pairs, queries};
}

HEADSWEEP_HOST_DEVICE inline void draw_pairs(Draws& draws, const RecallLayout& layout,
                                             std::span<std::int32_t> payload, std::span<std::int32_t> ids) {
  // Keys first into the front half, then each to its place, from the last on.
  const auto pairs = static_cast<std::size_t>(layout.pairs);
  choose_distinct(draws, layout.key_ids, payload.first(pairs), ids);
  for (std::size_t p = pairs; p-- > 0;) payload[2 * p] = payload[p];
  for (std::size_t p = 0; p < pairs; ++p) {
    payload[2 * p + 1] = static_cast<std::int32_t>(layout.key_ids) + draws.below(layout.value_ids);
  }
}

HEADSWEEP_HOST_DEVICE inline void write_recall(const TaskShape& shape, const SampleKey& key,
                                               const SampleRoom& room) {
  const RecallLayout layout = recall_layout(shape);
  for (std::int32_t& token : room.tokens) token = static_cast<std::int32_t>(shape.vocabulary - 1);
  for (std::int32_t& target : room.targets) target = kNoLoss;
  const auto first_query = static_cast<std::size_t>(layout.first_query());
  draw_payload(key, DrawGroup::kRecallPairs, room.tokens.first(first_query),
               [&layout, &room](Draws& draws, std::span<std::int32_t> payload) {
                 draw_pairs(draws, layout, payload, room.ids);
               });
  Draws draws(key, DrawGroup::kQueries);
  for (std::size_t q = 0; q < static_cast<std::size_t>(layout.queries); ++q) {
    const auto pair = static_cast<std::size_t>(draws.below(layout.pairs));
    room.tokens[first_query + q] = room.tokens[2 * pair];
    room.targets[first_query + q] = room.tokens[2 * pair + 1];
  }
}

}  // namespace headsweep::tasks
