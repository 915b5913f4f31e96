#include "tasks/task.h"

#include <vector>

#include "tasks/write_sample.h"

namespace headsweep::tasks {

void Task::generate(const TaskShape& shape, std::uint32_t seed, Split split, std::uint64_t sample,
                    std::span<std::int32_t> tokens, std::span<std::int32_t> targets) const {
  std::vector<std::int32_t> ids(static_cast<std::size_t>(ids_needed(sampler(), shape)));
  write_sample(sampler(), shape, {seed, split, sample}, {tokens, targets, ids});
}

double Task::chance_accuracy(const TaskShape& shape) const {
  return 1.0 / static_cast<double>(shape.vocabulary);
}

void Task::needed_keys(const TaskShape& shape, std::span<const std::int32_t> /*tokens*/,
                       std::span<std::int64_t> keys) const {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i] = needed_key(shape, static_cast<std::int64_t>(i)).value_or(kNoKey);
  }
}

}  // namespace headsweep::tasks
