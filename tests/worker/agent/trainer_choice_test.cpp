// Which executable and which device.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "errors/user_error.h"
#include "worker/agent/trainer_device.h"
#include "worker/agent/trainer_executable.h"

namespace headsweep::agent {
namespace {

using ::testing::HasSubstr;

std::string refusal(const std::string& trainer) {
  try {
    find_trainer(trainer);
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(TrainerDevice, WorkersOfAHostTakeItsGpusInTurn) {
  EXPECT_EQ(trainer_device("cuda", 0, 2), "cuda:0");
  EXPECT_EQ(trainer_device("cuda", 1, 2), "cuda:1");
  EXPECT_EQ(trainer_device("cuda", 2, 2), "cuda:0");
  EXPECT_EQ(trainer_device("auto", 1, 2), "cuda:1");
}

TEST(TrainerDevice, WithoutGpus) {
  EXPECT_EQ(trainer_device("auto", 1, 0), "cpu");
  EXPECT_EQ(trainer_device("cpu", 1, 4), "cpu");
  EXPECT_EQ(trainer_device("cuda", 1, 0), "cuda:1") << "the trainer says that there is none";
}

TEST(TrainerExecutable, IsTheChosenOne) {
  EXPECT_EQ(find_trainer(HEADSWEEP_FAKE_TRAINER), std::filesystem::path(HEADSWEEP_FAKE_TRAINER));
}

TEST(TrainerExecutable, IsLookedForBesideTheRunningOne) {
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  EXPECT_EQ(refusal(""), "the trainer '" + (folder / "headsweep-trainer").string() +
                             "' is missing; build the target headsweep-trainer");
}

TEST(TrainerExecutable, MustExistAndBeExecutable) {
  EXPECT_EQ(refusal("/nonexistent/trainer"), "the trainer '/nonexistent/trainer' is missing; check the path");
  EXPECT_THAT(refusal("/tmp"), HasSubstr("is missing"));
  const std::string file =
      (std::filesystem::temp_directory_path() / ("headsweep-not-executable-" + std::to_string(getpid())))
          .string();
  std::ofstream(file) << "text";
  EXPECT_THAT(refusal(file), HasSubstr("may not be executed"));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace headsweep::agent
