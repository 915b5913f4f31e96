#include <algorithm>
#include <array>

#include "tasks/copy.h"
#include "tasks/cycle.h"
#include "tasks/task.h"

namespace headsweep::tasks {

std::span<const Task* const> all_tasks() {
  static const Copy copy;
  static const Cycle cycle;
  static const std::array<const Task*, 2> tasks = {&copy, &cycle};
  return tasks;
}

const Task* find_task(std::string_view name) {
  const auto tasks = all_tasks();
  const auto found = std::ranges::find(tasks, name, &Task::name);
  return found == tasks.end() ? nullptr : *found;
}

}  // namespace headsweep::tasks
