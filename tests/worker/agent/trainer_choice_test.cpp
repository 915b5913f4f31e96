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

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string refusal(const std::string& trainer) {
  try {
    find_trainer(trainer);
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted";
}

using Uuids = std::vector<std::vector<std::string>>;

std::vector<UsableGpu> gpus(const std::vector<std::string>& uuids) {
  std::vector<UsableGpu> all;
  for (const std::string& uuid : uuids) all.push_back({{"cuda:" + std::to_string(all.size()), ""}, uuid});
  return all;
}

// What each worker of a host gets, "-" for nothing.
std::vector<std::string> chosen(const std::string& requested, const Uuids& uuids) {
  std::vector<std::string> names;
  for (std::size_t worker = 0; worker < uuids.size(); ++worker) {
    const auto device = choose_device(requested, gpus(uuids[worker]), uuids, worker);
    names.push_back(device ? device->name : "-");
  }
  return names;
}

TEST(TrainerDevice, EveryWorkerHasAGpuOfItsOwn) {
  EXPECT_THAT(chosen("cuda", {{"a", "b"}, {"a", "b"}}), ElementsAre("cuda:0", "cuda:1"));
  EXPECT_THAT(chosen("auto", {{"a", "b"}, {"a", "b"}}), ElementsAre("cuda:0", "cuda:1"));
}

TEST(TrainerDevice, AWorkerTooManyGetsNone) {
  EXPECT_THAT(chosen("cuda", {{"a", "b"}, {"a", "b"}, {"a", "b"}}), ElementsAre("cuda:0", "cuda:1", "-"));
  EXPECT_THAT(chosen("auto", {{"a"}, {"a"}}), ElementsAre("cuda:0", "-")) << "not the CPU beside a GPU";
}

TEST(TrainerDevice, ALauncherMayShowEachWorkerItsOwnGpu) {
  EXPECT_THAT(chosen("cuda", {{"a"}, {"b"}, {"c"}}), ElementsAre("cuda:0", "cuda:0", "cuda:0"));
  EXPECT_THAT(chosen("cuda", {{"a", "b"}, {"c", "d"}, {"c", "d"}}),
              ElementsAre("cuda:0", "cuda:0", "cuda:1"));
  EXPECT_THAT(chosen("cuda", {{"a", "b"}, {"b", "a"}}), ElementsAre("cuda:0", "cuda:0"))
      << "a GPU is its UUID, whatever its number";
  EXPECT_THAT(chosen("auto", {{}, {"a"}}), ElementsAre("-", "cuda:0"));
}

TEST(TrainerDevice, WithoutGpus) {
  EXPECT_THAT(chosen("auto", {{}, {}}), ElementsAre("cpu", "cpu"));
  EXPECT_THAT(chosen("cuda", {{}, {}}), ElementsAre("-", "-"));
}

TEST(TrainerDevice, TheCpuIsEverybodys) {
  EXPECT_THAT(chosen("cpu", {{"a"}, {"a"}}), ElementsAre("cpu", "cpu"));
}

TEST(TrainerDevice, SlicesAreTakenOneByOne) {
  EXPECT_THAT(visible_slices("MIG-1,MIG-2"), ElementsAre("MIG-1", "MIG-2"));
  EXPECT_THAT(visible_slices("MIG-1,,MIG-2"), ElementsAre("MIG-1")) << "CUDA stops there as well";
  EXPECT_THAT(visible_slices("0,1"), IsEmpty());
  EXPECT_THAT(visible_slices(""), IsEmpty());
  EXPECT_THAT(visible_slices(nullptr), IsEmpty());
}

TEST(TrainerDevice, TheCoordinatorMayAskForTheCpuButNotForAGpuThatIsNotThere) {
  const TrainerDevice own{"cuda:3", ""};
  EXPECT_EQ(device_for_run("cpu", own).name, "cpu");
  EXPECT_EQ(device_for_run("auto", own).name, "cuda:3");
  EXPECT_EQ(device_for_run("cuda", own).name, "cuda:3");
  EXPECT_EQ(device_for_run("auto", TrainerDevice{}).name, "cpu");
  EXPECT_THROW(device_for_run("cuda", TrainerDevice{}), UserError);
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
