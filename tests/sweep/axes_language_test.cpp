// Ranges, [[zip]], [[exclude]], and combinations that are one.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweep/expansion.h"
#include "tests/sweep/complaint.h"
#include "trial/key.h"

namespace headsweep::sweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using trial::Value;

std::string file(const std::string& rest) {
  return "[sweep]\nname = \"a\"\n" + rest;
}

AxisValues values_of(const std::string& setting, const std::string& range) {
  return parse(file("[axes]\n\"" + setting + "\" = " + range)).axes.at(0).values;
}

std::vector<std::int64_t> integers(const std::string& range) {
  std::vector<std::int64_t> result;
  for (const Value& value : values_of("measure.horizon", range))
    result.push_back(std::get<std::int64_t>(value));
  return result;
}

std::vector<double> reals(const std::string& range) {
  std::vector<double> result;
  for (const Value& value : values_of("training.learning_rate", range))
    result.push_back(std::get<double>(value));
  return result;
}

TEST(Ranges, OfIntegers) {
  EXPECT_THAT(integers("{ from = 1, to = 4, step = 1 }"), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(integers("{ from = 1, to = 10, step = 4 }"), ElementsAre(1, 5, 9));
  EXPECT_THAT(integers("{ from = 9, to = 1, step = -4 }"), ElementsAre(9, 5, 1));
  EXPECT_THAT(integers("{ from = 7, to = 7, step = 1 }"), ElementsAre(7));
  EXPECT_THAT(integers("{ from = 10, to = 20, count = 3 }"), ElementsAre(10, 15, 20));
  EXPECT_THAT(integers("{ from = 1, to = 64, count = 7, scale = \"log\" }"),
              ElementsAre(1, 2, 4, 8, 16, 32, 64));
  EXPECT_THAT(integers("{ from = 1, to = 100, count = 4, scale = \"log\" }"), ElementsAre(1, 5, 22, 100));
}

// Equal to the decimal numbers that a person would list.
TEST(Ranges, OfReals) {
  EXPECT_THAT(reals("{ from = 0.1, to = 0.5, step = 0.1 }"), ElementsAre(0.1, 0.2, 0.3, 0.4, 0.5));
  EXPECT_THAT(reals("{ from = 1, to = 2, count = 5, scale = \"linear\" }"),
              ElementsAre(1, 1.25, 1.5, 1.75, 2));
  EXPECT_THAT(reals("{ from = 1e-4, to = 1, count = 5, scale = \"log\" }"),
              ElementsAre(1e-4, 1e-3, 1e-2, 1e-1, 1));
  EXPECT_THAT(reals("{ from = 1e-2, to = 1e-4, count = 3, scale = \"log\" }"), ElementsAre(1e-2, 1e-3, 1e-4));
}

TEST(Ranges, AreTheSamePlanAsTheirLists) {
  const Sweep list =
      parse(file("[axes]\n\"model.heads\" = [1, 2, 4]\n\"training.learning_rate\" = [0.001, 0.01]"));
  const Sweep range =
      parse(file("[axes]\nmodel.heads = { from = 1, to = 4, count = 3, scale = \"log\" }\n"
                 "\"training.learning_rate\" = { from = 0.001, to = 0.01, count = 2, scale = \"log\" }"));
  EXPECT_EQ(plan_hash(range), plan_hash(list));
  EXPECT_EQ(make_plan(range).trials.back().key, make_plan(list).trials.back().key);
}

TEST(Ranges, MayReplaceAnAxisOnTheCommandLine) {
  const Sweep sweep = parse(file("[axes]\n\"model.heads\" = [1, 2]"),
                            {"axes.\"model.heads\"={ from = 1, to = 8, count = 4, scale = \"log\" }"});
  EXPECT_EQ(sweep.axes[0].values.size(), 4U);
}

TEST(Ranges, FindTheirValues) {
  const AxisValues rising = values_of("training.learning_rate", "{ from = 0.1, to = 9, step = 0.1 }");
  for (std::size_t i = 0; i < rising.size(); ++i) EXPECT_THAT(rising.find(rising[i]), ElementsAre(i));
  EXPECT_FALSE(rising.contains(0.15));
  EXPECT_FALSE(rising.contains(0.05));
  EXPECT_FALSE(rising.contains(9.1));
  const AxisValues falling =
      values_of("measure.horizon", "{ from = 1000, to = 1, count = 10, scale = \"log\" }");
  for (std::size_t i = 0; i < falling.size(); ++i) EXPECT_THAT(falling.find(falling[i]), ElementsAre(i));
}

TEST(Ranges, MistakesAreNamed) {
  const std::string axis = "axes.measure.horizon";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{ from = 1, to = 4 }", axis + " must have either step or count beside from and to"},
      {"{ from = 1, to = 4, step = 1, count = 4 }", axis + " must have either step or count"},
      {"{ to = 4, step = 1 }", axis + " is a range without from"},
      {"{ from = 4, step = 1 }", axis + " is a range without to"},
      {"{ from = 1, to = 4, stp = 1 }",
       "unknown key 'stp' in the range " + axis + "; did you mean 'step'? keys of a range"},
      {"{ from = 0, to = 4, step = 1 }", axis + ".from must be an integer from 1 to 100000, not 0"},
      {"{ from = 1, to = 100001, step = 1 }", axis + ".to must be an integer from 1 to 100000, not 100001"},
      {"{ from = 1.5, to = 4, step = 1 }", axis + ".from must be an integer from 1 to 100000, not 1.5"},
      {"{ from = [1], to = 4, step = 1 }", axis + ".from must be an integer from 1 to 100000, not a list"},
      {"{ from = 1, to = 4, step = 0 }", axis + ".step must be an integer other than 0, not 0"},
      {"{ from = 1, to = 4, step = 0.5 }", axis + ".step must be an integer other than 0, not 0.5"},
      {"{ from = 1, to = 4, step = -1 }", axis + ".step = -1 does not lead from 1 to 4"},
      {"{ from = 1, to = 4, step = 1, scale = \"log\" }", axis + ".scale goes with count, not with step"},
      {"{ from = 1, to = 4, count = 1 }", axis + ".count must be an integer from 2 to 1000000000000, not 1"},
      {"{ from = 4, to = 4, count = 2 }", axis + " must have different ends, not twice 4"},
      {"{ from = 1, to = 4, count = 3, scale = \"ln\" }",
       axis + ".scale must be \"linear\" or \"log\", not \"ln\""},
      {"{ from = 1, to = 4, count = 5 }", axis + ".count = 5 gives the same integer twice between 1 and 4"},
      {"{ from = 1, to = 100, count = 60, scale = \"log\" }",
       axis + ".count = 60 gives the same integer twice"},
      {"{}", axis + " must be a list of at least one value such as [1, 2], not a table"},
  };
  for (const auto& [range, expected] : cases) {
    EXPECT_THAT(complaint_about(file("[axes]\n\"measure.horizon\" = " + range)),
                StartsWith("s.toml:4: " + expected))
        << range;
  }
  EXPECT_THAT(complaint_about(
                  file("[axes]\n\"training.samples\" = { from = 0, to = 9, count = 2, scale = \"log\" }")),
              HasSubstr("a scale of \"log\" needs from and to above 0, not 0 and 9"));
  EXPECT_THAT(complaint_about(file("[axes]\n\"training.task\" = { from = 1, to = 2, step = 1 }")),
              HasSubstr("must be a list of at least one value such as [\"a\", \"b\"], not a table"));
  EXPECT_THAT(complaint_about(file("[axes]\n\"diversity.graph_shared\" = true")), HasSubstr("[false, true]"));
  EXPECT_THAT(complaint_about(file("[model]\nheads = { from = 1, to = 2, step = 1 }")),
              HasSubstr("model.heads must be an integer from 1 to 1024, not a table"));
}

TEST(Zip, GoesTogetherBehindTheAxes) {
  const Plan plan = make_plan(parse(file(R"([axes]
"training.task" = ["copy", "cycle"]
[[zip]]
"model.heads" = [4, 1]
"training.batch" = [10, 20]
[[zip]]
"measure.horizon" = { from = 5, to = 6, step = 1 }
)")));
  std::vector<std::tuple<std::string, std::int64_t, std::int64_t, std::int64_t>> trials;
  for (const auto& [number, key, settings, parameters, combination] : plan.trials) {
    trials.emplace_back(settings.training.task, settings.model.heads, settings.training.batch,
                        settings.measure.horizon);
  }
  using T = decltype(trials)::value_type;
  EXPECT_THAT(trials, ElementsAre(T("copy", 4, 10, 5), T("copy", 4, 10, 6), T("copy", 1, 20, 5),
                                  T("copy", 1, 20, 6), T("cycle", 4, 10, 5), T("cycle", 4, 10, 6),
                                  T("cycle", 1, 20, 5), T("cycle", 1, 20, 6)));
}

TEST(Zip, MistakesAreNamed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[[zip]]\n\"model.heads\" = [1, 2]\n\"model.layers\" = [1]",
       "s.toml:5: [[zip]] needs lists of equal length, not 2 values of model.heads and 1 of model.layers"},
      {"[[zip]]\n", "s.toml:3: [[zip]] names no setting"},
      {"[[zip]]\n\"model.head\" = [1]",
       "s.toml:4: unknown setting 'model.head' in [[zip]]; did you mean 'model.heads'?"},
      {"[[zip]]\n\"model.heads\" = [0]",
       "s.toml:4: zip.model.heads must be an integer from 1 to 1024, not 0"},
      {"[[zip]]\n\"model.heads\" = 4", "s.toml:4: zip.model.heads must be a list of at least one value"},
      {"[[zip]]\n\"model.heads\" = [1, 2]\n[axes]\nmodel.heads = [1]",
       "s.toml:4: the axis model.heads is there twice"},
      {"[[zip]]\nmodel.heads = [1]\n[[zip]]\nmodel.heads = [1]",
       "s.toml:6: the axis model.heads is there twice"},
      {"[zip]\n\"model.heads\" = [1]",
       "s.toml:3: 'zip' must be a list of tables with a header in double brackets"},
  };
  for (const auto& [rest, expected] : cases) {
    EXPECT_THAT(complaint_about(file(rest)), StartsWith(expected)) << rest;
  }
  EXPECT_THAT(
      complaint_of([] {
        make_plan(parse(file("[[zip]]\n\"model.heads\" = [1, 2, 1]\n\"measure.horizon\" = [5, 5, 5]")));
      }),
      HasSubstr("trial 1 (model.heads = 1, measure.horizon = 5) and trial 3 (model.heads = 1, "
                "measure.horizon = 5) are the same trial"));
}

TEST(Zip, IsReplacedOnTheCommandLine) {
  const std::string text = file("[[zip]]\n\"model.heads\" = [1, 2]");
  EXPECT_TRUE(parse(text, {"zip=[]"}).zips.empty());
  EXPECT_EQ(parse(text, {"zip=[{model.heads=[1, 2, 4]}]"}).zips.at(0).at(0).values.size(), 3U);
  EXPECT_THAT(complaint_about(text, {"zip.model.heads=[1]"}),
              HasSubstr("zip is a list of tables; replace it by zip="));
  EXPECT_THAT(complaint_about(text, {"zip=3"}), HasSubstr("zip must be a list of tables"));
  EXPECT_THAT(complaint_about(text, {"zip=[3]"}), HasSubstr("'zip' must be a list of tables"));
}

TEST(Zip, ABaselineIsOneOfItsRows) {
  const std::string zip = "[[zip]]\n\"model.heads\" = [1, 1, 4]\n\"measure.horizon\" = [5, 6, 6]\n";
  const auto complaint = [&](const std::string& baseline) {
    return complaint_about(file(zip + "[analysis]\nbaseline = " + baseline));
  };
  EXPECT_EQ(complaint("{ \"model.heads\" = 4 }"), "accepted");
  EXPECT_EQ(complaint("{ \"model.heads\" = 1, \"measure.horizon\" = 5 }"), "accepted");
  EXPECT_THAT(complaint("{ \"model.heads\" = 1 }"),
              HasSubstr("analysis.baseline must be one row of the [[zip]] of model.heads, not 2"));
  EXPECT_THAT(complaint("{ \"model.heads\" = 4, \"measure.horizon\" = 5 }"), HasSubstr("not none"));
}

TEST(Exclude, LeavesOutWhatMatchesAllItsTerms) {
  const Plan plan = make_plan(parse(file(R"([axes]
"model.heads" = [1, 2, 4]
"measure.horizon" = [5, 6]
[[exclude]]
"model.heads" = [2, 4]
"measure.horizon" = 6
[[exclude]]
"model.heads" = 1
)")));
  std::vector<std::pair<std::int64_t, std::int64_t>> trials;
  for (const PlannedTrial& trial : plan.trials) {
    trials.emplace_back(trial.settings.model.heads, trial.settings.measure.horizon);
    EXPECT_EQ(trial.number, static_cast<std::int64_t>(trials.size()));
  }
  EXPECT_THAT(trials, ElementsAre(std::pair(2, 5), std::pair(4, 5)));
  EXPECT_THAT(plan.notes, ElementsAre("4 of 6 combinations excluded"));
}

// An impossible combination may be excluded instead of being refused.
TEST(Exclude, ComesBeforeTheRulesBetweenSettings) {
  const std::string text = file("[axes]\n\"model.heads\" = [1, 3]\n\"measure.horizon\" = [5, 6]\n");
  EXPECT_NE(complaint_of([&] { make_plan(parse(text)); }), "accepted");
  EXPECT_EQ(make_plan(parse(text + "[[exclude]]\n\"model.heads\" = 3")).trials.size(), 2U);
}

TEST(Exclude, MistakesAreNamed) {
  const std::string axes = "[axes]\n\"model.heads\" = [1, 2]\n[[exclude]]\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {axes, "s.toml:5: [[exclude]] names no setting, which would leave out every trial"},
      {axes + "\"model.heads\" = 3",
       "s.toml:6: exclude.model.heads must be a value of the axis [1, 2], not 3"},
      {axes + "\"model.heads\" = [1, 3]",
       "s.toml:6: exclude.model.heads must be a value of the axis [1, 2], not 3"},
      {axes + "\"model.heads\" = \"1\"", "s.toml:6: exclude.model.heads must be an integer from 1 to 1024"},
      {axes + "\"model.layers\" = 4", "s.toml:6: exclude.model.layers does not vary in this sweep"},
      {axes + "\"model.hads\" = 4",
       "s.toml:6: unknown setting 'model.hads' in [[exclude]]; did you mean 'model.heads'?"},
      {axes + "\"model.heads\" = 1\nmodel.heads = 2", "s.toml:7: exclude.model.heads is there twice"},
  };
  for (const auto& [rest, expected] : cases) {
    EXPECT_THAT(complaint_about(file(rest)), StartsWith(expected)) << rest;
  }
  EXPECT_EQ(complaint_of([&] { make_plan(parse(file(axes + "\"model.heads\" = [1, 2]"))); }),
            "s.toml: [[exclude]] leaves out every combination");
}

TEST(Collapse, MakesOneArmOfSettingsThatMeanNothing) {
  const Plan plan = make_plan(parse(file(R"([model]
heads = 4
[axes]
"diversity.penalty" = ["none", "output", "js"]
"diversity.penalty_weight" = [-0.5, 0.5, 1]
)")));
  EXPECT_EQ(plan.trials.size(), 7U);
  EXPECT_EQ(plan.trials[0].settings.diversity, trial::DiversitySettings{});
  EXPECT_THAT(plan.notes,
              ElementsAre("2 of 9 combinations collapsed: diversity.penalty_weight means nothing with "
                          "diversity.penalty = \"none\""));
}

TEST(Collapse, SaysWhyAlsoWhereTheDefaultComesLast) {
  const Plan plan =
      make_plan(parse(file("[model]\nheads = 4\n[axes]\n\"diversity.graph_degree\" = [8, 4]\n"
                           "\"diversity.graph\" = [\"full\", \"random\"]")));
  EXPECT_EQ(plan.trials.size(), 3U);
  EXPECT_THAT(plan.notes,
              ElementsAre("1 of 4 combinations collapsed: diversity.graph_degree means nothing with "
                          "diversity.graph = \"full\""));
}

TEST(Collapse, KnowsOptionsThatATaskIgnores) {
  const Plan plan = make_plan(
      parse(file("[axes]\n\"training.task\" = [\"copy\", \"cycle\"]\n\"training.shift\" = [1, 2, 3]")));
  EXPECT_EQ(plan.trials.size(), 4U);
  EXPECT_THAT(plan.notes, ElementsAre("2 of 6 combinations collapsed: training.shift means nothing with "
                                      "training.task = \"copy\""));
}

TEST(Collapse, TellsOfSharesThatTieTheSameHeads) {
  const Plan plan =
      make_plan(parse(file("[model]\nheads = 4\n[axes]\n\"diversity.tied_heads\" = [0.45, 0.5]")));
  EXPECT_EQ(plan.trials.size(), 1U);
  EXPECT_EQ(plan.trials[0].settings.model.tied_heads, 0.5);
  EXPECT_THAT(
      plan.notes,
      ElementsAre("1 of 2 combinations collapsed: diversity.tied_heads = 0.45 and 0.5 tie the same heads"));
}

TEST(Collapse, TellsOfSettingsThatMeanNothingInAnyTrial) {
  const Plan plan =
      make_plan(parse(file("[training]\nshift = 7\n[diversity]\npenalty_weight = 0.5\n[axes]\n"
                           "\"training.task\" = [\"copy\", \"cycle\"]\n\"model.heads\" = [2, 4]")));
  EXPECT_EQ(plan.trials.size(), 4U);
  EXPECT_THAT(plan.notes, ElementsAre("diversity.penalty_weight = 0.5 means nothing in any trial "
                                      "(diversity.penalty = \"none\")"));
}

TEST(Collapse, ComparesToTheArmThatIsLeft) {
  const Sweep sweep = parse(file(R"([model]
heads = 4
[analysis]
baseline = { "diversity.penalty" = "none" }
[axes]
"diversity.penalty" = ["none", "js"]
"diversity.penalty_weight" = [0.5, 1]
)"));
  const Plan plan = make_plan(sweep);
  const Expansion expansion(sweep);
  ASSERT_EQ(plan.trials.size(), 3U);
  EXPECT_EQ(expansion.baseline_arm(plan.trials[0].combination), std::nullopt);
  const std::string baseline = trial::arm_key(plan.trials[0].settings);
  EXPECT_EQ(expansion.baseline_arm(plan.trials[1].combination), baseline);
  EXPECT_EQ(expansion.baseline_arm(plan.trials[2].combination), baseline);
}

TEST(Expansion, ComparesToTheParameterMatchedBaseline) {
  const Sweep sweep =
      parse(file("[model]\nheads = 4\nhead_width = 16\n[analysis]\nbaseline = { \"model.heads\" = 2 }\n"
                 "[axes]\n\"model.heads\" = [2, 6]"));
  const Plan plan = make_plan(sweep);
  const Expansion expansion(sweep);
  EXPECT_EQ(expansion.baseline_arm(1), trial::arm_key(plan.trials[0].settings));
  EXPECT_EQ(expansion.baseline_arm(0), std::nullopt);
}

TEST(Plan, CountsRangesWithoutExpandingThem) {
  const Sweep sweep =
      parse(file("[axes]\n\"training.samples\" = { from = 1, to = 1000000000, step = 1 }\n"
                 "\"measure.horizon\" = { from = 1, to = 1000, step = 1 }"));
  EXPECT_EQ(count_grid(sweep), 1'000'000'000'000);
  EXPECT_THAT(
      complaint_of([&] { make_plan(sweep); }),
      HasSubstr(
          "1,000,000,000,000 trials (training.samples 1,000,000,000 x measure.horizon 1,000 x seeds 1)"));
  EXPECT_EQ(plan_hash(sweep).size(), 64U);
}

}  // namespace
}  // namespace headsweep::sweep
