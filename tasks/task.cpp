#include "tasks/task.h"

namespace headsweep::tasks {

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
