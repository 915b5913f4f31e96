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

const std::string kFile = R"(
[sweep]
name = "file"
seeds = 2
[model]
width = 32
dropout = 0.2
[training]
steps = 100
[analysis]
layers = "last"
baseline = { "model.heads" = 1 }
[axes]
"model.heads" = [1, 4]
"training.task" = ["copy", "cycle"]
)";

TEST(Overrides, ReplaceOneValue) {
  const Sweep sweep = parse(kFile, {"training.steps=7", "sweep.seeds = [4]", "measure.keep=\"none\""});
  EXPECT_EQ(sweep.base.training.steps, 7);
  EXPECT_THAT(sweep.seeds, ElementsAre(4));
  EXPECT_EQ(sweep.base.measure.keep, "none");
  EXPECT_EQ(sweep.base.model.width, 32);
}

TEST(Overrides, TheLastOneHolds) {
  EXPECT_EQ(parse(kFile, {"training.steps=7", "training.steps=8"}).base.training.steps, 8);
}

TEST(Overrides, AnInlineTableReplacesTheWholeTable) {
  const Sweep sweep = parse(kFile, {"model={width=16}"});
  EXPECT_EQ(sweep.base.model.width, 16);
  EXPECT_EQ(sweep.base.model.dropout, 0.1) << "the default, not the file's value";
  EXPECT_TRUE(parse(kFile, {"axes={}", "analysis={}"}).axes.empty());
  EXPECT_TRUE(parse(kFile, {"analysis={}"}).analysis.baseline.empty());
}

TEST(Overrides, ReplaceAnAxisInItsPlaceOrAddOne) {
  for (const char* const one : {"axes.\"model.heads\"=[2, 1]", "axes.model.heads=[2, 1]"}) {
    const Sweep sweep = parse(kFile, {one, "axes.\"measure.horizon\"=[5]"});
    ASSERT_EQ(sweep.axes.size(), 3U);
    EXPECT_EQ(sweep.axes[0].setting, "model.heads");
    EXPECT_THAT(sweep.axes[0].values, ElementsAre(Value(std::int64_t{2}), Value(std::int64_t{1})));
    EXPECT_EQ(sweep.axes[2].setting, "measure.horizon");
  }
}

TEST(Overrides, ReplaceTheBaseline) {
  const auto expected = ElementsAre(Pair("model.heads", Value(std::int64_t{4})));
  EXPECT_THAT(parse(kFile, {"analysis.baseline.\"model.heads\"=4"}).analysis.baseline, expected);
  EXPECT_THAT(parse(kFile, {"analysis.baseline={\"model.heads\"=4}"}).analysis.baseline, expected);
  EXPECT_EQ(parse(kFile, {"analysis.baseline={}"}).analysis.layers, "last");
}

TEST(Overrides, ASettingThatAnAxisReplacesIsRefused) {
  EXPECT_EQ(complaint_about(kFile, {"model.heads=2"}),
            "--set model.heads=2: the axis model.heads = [1, 4] replaces this value; set the axis instead: "
            "--set 'axes.\"model.heads\"=[2]'");
  EXPECT_THAT(complaint_about(kFile, {"model={heads=2}"}), HasSubstr("the axis model.heads"));
  EXPECT_EQ(complaint_about(kFile, {"model.heads=2", "axes={}", "analysis.baseline={}"}), "accepted");
}

TEST(Overrides, ABaselineThatIsNoLongerThereIsRefused) {
  EXPECT_EQ(complaint_about(kFile, {"axes.\"model.heads\"=[4]"}),
            "s.toml:12: analysis.baseline.model.heads must be a value of the axis [4], not 1");
}

TEST(Overrides, MistakesNameTheOption) {
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"training.steps", "--set training.steps: must be key=value, such as"},
      {"", "--set : must be key=value"},
      {"=5", "--set =5: not valid TOML"},
      {"training.steps=", "--set training.steps=: not valid TOML"},
      {"training.task=cycle", "--set training.task=cycle: not valid TOML"},
      {"# = 1", "--set # = 1: must be key=value"},
      {"[model] # = 1", "--set [model] # = 1: model is a table"},
      {"training.steps=0", "--set training.steps=0: training.steps must be an integer from 1"},
      {"trainig.steps=1", "--set trainig.steps=1: unknown table [trainig]; did you mean 'training'?"},
      {"training.step=1",
       "--set training.step=1: unknown key 'training.step'; did you mean 'training.steps'?"},
      {"training.steps.x=1", "--set training.steps.x=1: unknown key 'training.steps.x'"},
      {"heads=2", "--set heads=2: unknown table or key 'heads'; did you mean 'model.heads'? tables: sweep"},
      {"modle=2", "--set modle=2: unknown table or key 'modle'; did you mean 'model'? tables: sweep"},
      {"model=3", "--set model=3: model is a table; set model.KEY=VALUE or replace it by {...}"},
      {"analysis.baseline=1", "--set analysis.baseline=1: analysis.baseline is a table"},
      {"axes.model.heads=2", "--set axes.model.heads=2: axes.model.heads must be a list"},
      {"training.steps=1\nmodel.width=2", "--set training.steps=1\\x0amodel.width=2: control characters"},
  };
  for (const auto& [override_text, expected] : mistakes) {
    EXPECT_THAT(complaint_about(kFile, {override_text}), StartsWith(expected));
  }
  EXPECT_THAT(complaint_about(kFile, {"training.task=cycle"}), HasSubstr(R"(text needs quotes)"));
}

}  // namespace
}  // namespace headsweep::sweep
