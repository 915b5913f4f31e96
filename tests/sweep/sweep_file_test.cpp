#include "sweep/sweep_file.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sweep/complaint.h"

namespace headsweep::sweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;
using trial::Value;

constexpr std::string_view kFull = R"(
[sweep]
name = "full"
seeds = [7, 3]

[model]
vocabulary = 32
length = 24
width = 48
layers = 3
heads = 2
head_width = 20
mlp_width = 40
dropout = 0

[training]
task = "cycle"
samples = 600
steps = 700
batch = 20
learning_rate = 1

[measure]
sequences = 9
keep = "none"
every = 70
horizon = 80

[analysis]
primary = ["fidelity_min_inner", "mixing_time_paper"]
split = "train"
layers = 2
baseline = { "training.batch" = 10 }

[axes]
"training.batch" = [20, 10]
"model.dropout" = [0.5, 0]

[resources]
checkpoint_every = "1s"
trial_timeout = "1.5h"
retries = 0
gpus_per_trial = 1
)";

TEST(SweepFile, ReadsEveryKey) {
  const Sweep sweep = parse(std::string(kFull));
  EXPECT_EQ(sweep.name, "full");
  EXPECT_THAT(sweep.seeds, ElementsAre(7, 3));
  trial::Settings base;
  base.model = {.vocabulary = 32,
                .length = 24,
                .width = 48,
                .layers = 3,
                .heads = 2,
                .head_width = 20,
                .mlp_width = 40,
                .dropout = 0};
  base.training = {.task = "cycle", .samples = 600, .steps = 700, .batch = 20, .learning_rate = 1};
  base.measure = {.sequences = 9, .keep = "none", .every = 70, .horizon = 80};
  EXPECT_EQ(sweep.base, base);
  ASSERT_EQ(sweep.axes.size(), 2U);
  EXPECT_EQ(sweep.axes[0].setting, "training.batch");
  EXPECT_THAT(sweep.axes[0].values, ElementsAre(Value(std::int64_t{20}), Value(std::int64_t{10})));
  EXPECT_EQ(sweep.axes[1].setting, "model.dropout");
  EXPECT_THAT(sweep.axes[1].values, ElementsAre(Value(0.5), Value(0.0)));
  EXPECT_THAT(sweep.analysis.primary, ElementsAre("fidelity_min_inner", "mixing_time_paper"));
  EXPECT_EQ(sweep.analysis.split, "train");
  EXPECT_EQ(sweep.analysis.layers, "2");
  EXPECT_THAT(sweep.analysis.baseline, ElementsAre(Pair("training.batch", Value(std::int64_t{10}))));
  EXPECT_EQ(sweep.resources.checkpoint_every_seconds, 1);
  EXPECT_EQ(sweep.resources.trial_timeout_seconds, 5400);
  EXPECT_EQ(sweep.resources.retries, 0);
  EXPECT_EQ(sweep.resources.gpus_per_trial, 1);
}

TEST(SweepFile, ANameAloneIsOneTrialOfThePapersSetting) {
  const Sweep sweep = parse("[sweep]\nname = \"one\"\n");
  EXPECT_THAT(sweep.seeds, ElementsAre(0));
  EXPECT_EQ(sweep.base, trial::Settings{});
  EXPECT_TRUE(sweep.axes.empty());
  EXPECT_TRUE(sweep.analysis.primary.empty());
  EXPECT_EQ(sweep.analysis.split, "heldout");
  EXPECT_EQ(sweep.analysis.layers, "mean");
  EXPECT_EQ(sweep.resources.checkpoint_every_seconds, 120);
  EXPECT_EQ(sweep.resources.trial_timeout_seconds, 7200);
  EXPECT_EQ(sweep.resources.retries, 2);
}

TEST(SweepFile, ACountOfSeedsBeginsAtZero) {
  EXPECT_THAT(parse("[sweep]\nname = \"a\"\nseeds = 3").seeds, ElementsAre(0, 1, 2));
}

TEST(SweepFile, AxesKeepTheOrderOfTheFileHoweverTheyAreWritten) {
  const Sweep sweep = parse(R"(
[sweep]
name = "order"
[axes]
    training.task = ["cycle", "copy"]
"model.heads" = [8, 1]
measure.horizon = [5]
  model.dropout = [0.1]
training.batch = [50]
model.width = [64])");
  std::vector<std::string> order;
  for (const Axis& axis : sweep.axes) order.push_back(axis.setting);
  EXPECT_THAT(order, ElementsAre("training.task", "model.heads", "measure.horizon", "model.dropout",
                                 "training.batch", "model.width"));
}

TEST(SweepFile, TheBaselineMayBeATableOfItsOwn) {
  const Sweep sweep = parse(R"(
[sweep]
name = "table"
[analysis.baseline]
model.heads = 1
[axes]
"model.heads" = [1, 2])");
  EXPECT_THAT(sweep.analysis.baseline, ElementsAre(Pair("model.heads", Value(std::int64_t{1}))));
}

TEST(SweepFile, NamesTheFileThatItCannotRead) {
  const auto read = [](const std::string& path) { return complaint_of([&] { read_sweep_file(path); }); };
  EXPECT_THAT(read("/nonexistent/sweep.toml"),
              StartsWith("/nonexistent/sweep.toml: cannot be opened: No such file"));
  EXPECT_THAT(read("/"), HasSubstr("is a folder"));
  EXPECT_THAT(read("/dev/zero"), HasSubstr("is a device or a pipe"));
  EXPECT_THAT(read(std::string(5000, 'x')), HasSubstr("cannot be opened"));
}

TEST(SweepFile, ReadsAFile) {
  const auto path = std::filesystem::path(testing::TempDir()) / "sweep_file_test.toml";
  std::ofstream(path) << kFull;
  EXPECT_EQ(read_sweep_file(path).name, "full");
  EXPECT_THAT(complaint_of([&] {
                const std::vector<std::string> overrides = {"model.width=0"};
                read_sweep_file(path, overrides);
              }),
              HasSubstr("model.width must be"));
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace headsweep::sweep
