// How a sample of induction is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tasks/distinct_tokens.h"

namespace headsweep::tasks {

HEADSWEEP_HOST_DEVICE inline std::int64_t induction_queries(const TaskShape& shape) {
  return shape.queries == 0 ? (shape.length - 1) / 2 : shape.queries;
}

HEADSWEEP_HOST_DEVICE inline std::int64_t induction_stream(const TaskShape& shape) {
  return shape.length - induction_queries(shape);
}

HEADSWEEP_HOST_DEVICE inline void write_induction(const TaskShape& shape, const SampleKey& key,
                                                  const SampleRoom& room) {
  const std::span<std::int32_t> stream = room.tokens.first(static_cast<std::size_t>(induction_stream(shape)));
  draw_distinct_tokens(key, shape.vocabulary, stream, room.ids);
  for (std::size_t i = 0; i < stream.size(); ++i) room.targets[i] = kNoLoss;

  // Places in the stream first, then the tokens there.
  const std::span<std::int32_t> queries = room.tokens.subspan(stream.size());
  Draws draws(key, DrawGroup::kQueries);
  choose_distinct(draws, static_cast<std::int64_t>(stream.size()) - 1, queries, room.ids);
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const auto place = static_cast<std::size_t>(queries[q]);
    queries[q] = stream[place];
    room.targets[stream.size() + q] = stream[place + 1];
  }
}

}  // namespace headsweep::tasks
