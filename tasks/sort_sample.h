// How a sample of sort is made.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "tasks/distinct_tokens.h"
#include "tasks/separated.h"

namespace headsweep::tasks {

HEADSWEEP_HOST_DEVICE inline std::int64_t sort_payload(const TaskShape& shape) {
  return shape.length / 2;
}

HEADSWEEP_HOST_DEVICE inline void write_sort(const TaskShape& shape, const SampleKey& key,
                                             const SampleRoom& room) {
  const std::span<std::int32_t> payload = room.tokens.first(static_cast<std::size_t>(sort_payload(shape)));
  draw_distinct_tokens(key, shape.vocabulary - 1, payload, room.ids);
  SeparatedOutput output(shape, static_cast<std::int64_t>(payload.size()), room.tokens, room.targets);
  // By a heap: std::sort is recursive, and a GPU's thread should know how much stack it needs.
  const std::span<std::int32_t> sorted = room.ids.first(payload.size());
  std::copy(payload.begin(), payload.end(), sorted.begin());
  std::make_heap(sorted.begin(), sorted.end());
  std::sort_heap(sorted.begin(), sorted.end());
  for (const std::int32_t token : sorted) output.append(token);
}

}  // namespace headsweep::tasks
