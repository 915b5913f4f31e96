#include "orchestrator/launcher.h"

#include <map>

#include <gtest/gtest.h>

namespace headsweep::orchestrator {
namespace {

Launcher detect(const std::map<std::string, std::string>& variables) {
  return detect_launcher([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

TEST(LauncherTest, KnowsAShell) {
  EXPECT_EQ(detect({{"PATH", "/bin"}}), Launcher::kNone);
}

TEST(LauncherTest, KnowsMpirun) {
  EXPECT_EQ(detect({{"OMPI_COMM_WORLD_SIZE", "3"}, {"OMPI_COMM_WORLD_RANK", "1"}}), Launcher::kMpi);
  EXPECT_EQ(detect({{"PMI_RANK", "0"}, {"PMI_SIZE", "2"}}), Launcher::kMpi);
}

TEST(LauncherTest, KnowsSrunWithAnMpiPlugin) {
  EXPECT_EQ(detect({{"PMIX_RANK", "0"}, {"SLURM_STEP_NUM_TASKS", "4"}}), Launcher::kMpi);
}

TEST(LauncherTest, KnowsSrunWithout) {
  EXPECT_EQ(detect({{"SLURM_PROCID", "2"}, {"SLURM_STEP_NUM_TASKS", "4"}}), Launcher::kSrunWithoutMpi);
  EXPECT_EQ(detect({{"SLURM_PROCID", "0"}, {"SLURM_STEP_NUM_TASKS", "1"}}), Launcher::kNone);
}

TEST(LauncherTest, BatchScriptsAndAllocationsAreNoLaunchers) {
  EXPECT_EQ(detect({{"SLURM_JOB_ID", "7"}, {"SLURM_NTASKS", "8"}, {"SLURM_PROCID", "0"}}), Launcher::kNone);
}

}  // namespace
}  // namespace headsweep::orchestrator
