#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/task.h"

namespace headsweep::tasks {
namespace {

TEST(Documentation, DescribesEveryTaskAndItsAccuracies) {
  std::ifstream file(HEADSWEEP_SOURCE_DIR "/docs/tasks.md");
  std::ostringstream read;
  read << file.rdbuf();
  const std::string text = read.str();
  const std::size_t accuracies = text.find("| task | no attention |");
  ASSERT_NE(accuracies, std::string::npos);
  for (const Task* const task : all_tasks()) {
    const std::string name = "`" + std::string(task->name()) + "`";
    EXPECT_LT(text.find("\n| " + name + " |"), accuracies) << name << " has no line in the tables of tasks";
    EXPECT_NE(text.find(name, accuracies), std::string::npos) << name << " has no accuracies";
  }
}

}  // namespace
}  // namespace headsweep::tasks
