#include "tests/tasks/whole_space.h"

#include <set>

namespace headsweep::tasks {

Sample draw_sample(const Task& task, const TaskShape& shape, std::uint32_t seed, Split split,
                   std::uint64_t number) {
  constexpr std::int32_t kUnwritten = -7;
  const auto size = static_cast<std::size_t>(shape.length);
  Sample sample{std::vector<std::int32_t>(size, kUnwritten), std::vector<std::int32_t>(size, kUnwritten)};
  task.generate(shape, seed, split, number, sample.tokens, sample.targets);
  return sample;
}

std::map<Sample, int> count_samples(const Task& task, const TaskShape& shape, Split split, int draws) {
  std::map<Sample, int> counts;
  for (int number = 0; number < draws; ++number) {
    ++counts[draw_sample(task, shape, 9, split, static_cast<std::uint64_t>(number))];
  }
  return counts;
}

std::vector<Sample> all_samples(const Task& task, const TaskShape& shape, int draws) {
  std::set<Sample> samples;
  for (const Split split : {Split::kTraining, Split::kHeldOut}) {
    for (const auto& [sample, count] : count_samples(task, shape, split, draws)) samples.insert(sample);
  }
  return {samples.begin(), samples.end()};
}

}  // namespace headsweep::tasks
