// Every sample that a task can make of a small shape, found by drawing until none is missing.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <vector>

#include "tasks/task.h"

namespace headsweep::tasks {

struct Sample {
  std::vector<std::int32_t> tokens;
  std::vector<std::int32_t> targets;

  auto operator<=>(const Sample&) const = default;
};

Sample draw_sample(const Task& task, const TaskShape& shape, std::uint32_t seed, Split split,
                   std::uint64_t number);

// How often each sample of one split came in `draws` draws.
std::map<Sample, int> count_samples(const Task& task, const TaskShape& shape, Split split, int draws);

// Both splits together.
std::vector<Sample> all_samples(const Task& task, const TaskShape& shape, int draws);

}  // namespace headsweep::tasks
