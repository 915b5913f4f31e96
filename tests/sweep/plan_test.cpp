#include "sweep/plan.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sweep/complaint.h"
#include "trial/key.h"

namespace headsweep::sweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using trial::Value;

const std::string kTwoAxes = R"(
[sweep]
name = "two"
seeds = [5, 1]
[axes]
"training.task" = ["copy", "cycle"]
"model.heads" = [4, 1]
)";

TEST(Plan, ExpandsTheFirstAxisSlowestAndSeedsFastest) {
  const Plan plan = make_plan(parse(kTwoAxes));
  std::vector<std::tuple<std::string, std::int64_t, std::uint32_t>> trials;
  for (const PlannedTrial& trial : plan.trials) {
    trials.emplace_back(trial.settings.training.task, trial.settings.model.heads, trial.settings.seed);
    EXPECT_EQ(trial.number, static_cast<std::int64_t>(trials.size()));
    EXPECT_EQ(trial.key, trial::trial_key(trial.settings));
    EXPECT_EQ(trial.parameters, 172'800);
  }
  using T = std::tuple<std::string, std::int64_t, std::uint32_t>;
  EXPECT_THAT(trials, ElementsAre(T("copy", 4, 5), T("copy", 4, 1), T("copy", 1, 5), T("copy", 1, 1),
                                  T("cycle", 4, 5), T("cycle", 4, 1), T("cycle", 1, 5), T("cycle", 1, 1)));
  EXPECT_EQ(plan.parameters, 172'800);
  EXPECT_EQ(plan.hash, plan_hash(parse(kTwoAxes)));
  EXPECT_EQ(count_grid(plan.sweep), 8);
}

TEST(Plan, WithoutAxesIsOneTrialASeed) {
  EXPECT_EQ(make_plan(parse("[sweep]\nname = \"a\"\nseeds = 3")).trials.size(), 3U);
}

TEST(Plan, KeepsTheBaseWhereNoAxisReplacesIt) {
  const Plan plan = make_plan(parse(kTwoAxes, {"training.steps=17", "model.dropout=0"}));
  for (const PlannedTrial& trial : plan.trials) {
    EXPECT_EQ(trial.settings.training.steps, 17);
    EXPECT_EQ(trial.settings.model.dropout, 0.0);
  }
}

TEST(Plan, NamesTheCombinationThatContradictsItself) {
  EXPECT_EQ(
      complaint_of([] { make_plan(parse(kTwoAxes, {"axes.\"model.heads\"=[1, 3]"})); }),
      "s.toml: impossible trial (training.task = \"copy\", model.heads = 3): model.heads = 3 does not divide "
      "model.width = 64; choose heads that divide it or set model.head_width");
  EXPECT_THAT(complaint_of([] { make_plan(parse("[sweep]\nname = \"a\"\n[model]\nheads = 3")); }),
              HasSubstr("impossible trial (the only combination)"));
}

// A sweep made by a program, not by the reader, which refuses equal values.
TEST(Plan, RefusesEqualTrials) {
  Sweep sweep = parse(kTwoAxes);
  sweep.axes[1].values = {Value(std::int64_t{1}), Value(std::int64_t{4}), Value(std::int64_t{1})};
  EXPECT_EQ(
      complaint_of([&] { make_plan(sweep); }),
      "s.toml: trial 1 (training.task = \"copy\", model.heads = 1) and trial 5 (training.task = \"copy\", "
      "model.heads = 1) are the same trial; leave one of the values out");
}

Sweep grid_of_10_to_the_12() {
  Sweep sweep = parse("[sweep]\nname = \"huge\"\nseeds = 1000000");
  std::vector<Value> thousand;
  for (std::int64_t i = 1; i <= 1000; ++i) thousand.emplace_back(i);
  sweep.axes = {{"measure.horizon", thousand}, {"measure.sequences", thousand}};
  return sweep;
}

TEST(Plan, CountsWithoutExpanding) {
  Sweep sweep = grid_of_10_to_the_12();
  EXPECT_EQ(count_grid(sweep), 1'000'000'000'000);
  EXPECT_EQ(
      complaint_of([&] { make_plan(sweep); }),
      "s.toml: the sweep has 1,000,000,000,000 trials (measure.horizon 1,000 x measure.sequences 1,000 x "
      "seeds "
      "1,000,000), more than the limit of 1,000,000; choose fewer values or seeds, or raise --max-trials");
}

TEST(Plan, TheLimitIsInclusive) {
  EXPECT_EQ(make_plan(parse(kTwoAxes), 8).trials.size(), 8U);
  EXPECT_THAT(complaint_of([] { make_plan(parse(kTwoAxes), 7); }), HasSubstr("8 trials"));
}

TEST(CountGrid, SaturatesInsteadOfOverflowing) {
  Sweep sweep = grid_of_10_to_the_12();
  const AxisValues thousand = sweep.axes[0].values;
  for (const char* const setting :
       {"training.batch", "training.steps", "training.samples", "measure.every"}) {
    sweep.axes.push_back({setting, thousand});
  }
  EXPECT_EQ(count_grid(sweep), std::int64_t{1} << 62);
  EXPECT_THAT(complaint_of([&] { make_plan(sweep); }),
              HasSubstr("more than 4,611,686,018,427,387,904 trials"));
}

TEST(Plan, ExpandsAHundredThousandTrialsWithDifferentKeys) {
  Sweep sweep = parse("[sweep]\nname = \"large\"\nseeds = 100");
  std::vector<Value> thousand;
  for (std::int64_t i = 1; i <= 1000; ++i) thousand.emplace_back(i);
  sweep.axes = {{"measure.horizon", thousand}};
  const Plan plan = make_plan(sweep);
  std::set<std::string_view> keys;
  for (const PlannedTrial& trial : plan.trials) keys.insert(trial.key);
  EXPECT_EQ(keys.size(), 100'000U);
}

}  // namespace
}  // namespace headsweep::sweep
