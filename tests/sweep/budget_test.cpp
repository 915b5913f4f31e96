// Every trial of a sweep has the parameters of the budget: exactly where that can be, else as near as allowed.
#include "sweep/budget.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sweep/complaint.h"
#include "trial/parameters.h"

namespace headsweep::sweep {
namespace {

using testing::HasSubstr;
using trial::ModelSettings;

Plan plan_of(const std::string& rest) {
  return make_plan(parse("[sweep]\nname = \"match\"\n" + rest));
}

std::string complaint_about_plan(const std::string& rest) {
  return complaint_of([&] { plan_of(rest); });
}

std::int64_t total(const ModelSettings& model) {
  return trial::count_parameters(model).total();
}

// The smallest distance to the target of any MLPs whose widths differ by at most one.
std::int64_t least_distance_by_search(ModelSettings model, std::int64_t target) {
  std::int64_t least = INT64_MAX;
  for (model.mlp_width = 1; model.mlp_width <= 1000; ++model.mlp_width) {
    for (model.wider_mlps = 0; model.wider_mlps < model.layers; ++model.wider_mlps) {
      least = std::min(least, std::abs(total(model) - target));
    }
  }
  return least;
}

TEST(NearestModel, LeavesAModelOfThatSizeAlone) {
  ModelSettings model;
  model.mlp_width = 100;
  model.wider_mlps = 2;
  for (const char* const free : {"mlp_width", "width", "layers"}) {
    EXPECT_EQ(nearest_model(model, total(model), free), model) << free;
  }
}

TEST(NearestModel, HasTheMlpsThatComeNearest) {
  ModelSettings model;
  model.width = 12;
  for (const std::int64_t layers : {1, 2, 3, 5}) {
    for (const std::int64_t heads : {1, 3, 4}) {
      for (const std::int64_t target : {9'000, 12'345, 20'001}) {
        model.layers = layers;
        model.heads = heads;
        model.head_width = 5;
        const ModelSettings solved = nearest_model(model, target, "mlp_width");
        EXPECT_EQ(std::abs(total(solved) - target), least_distance_by_search(model, target))
            << layers << " layers, " << heads << " heads, " << target;
        EXPECT_LT(solved.wider_mlps, layers);
      }
    }
  }
}

// Per layer only where that comes closer than one width.
TEST(NearestModel, KeepsTheMlpsEqualWhereThatIsAsNear) {
  ModelSettings model;  // 4 layers of width 64: 129 parameters a hidden unit
  ModelSettings even = model;
  even.mlp_width = 90;
  EXPECT_EQ(nearest_model(model, total(even) + 60, "mlp_width"), even);
  ModelSettings uneven = even;
  uneven.wider_mlps = 1;
  EXPECT_EQ(nearest_model(model, total(even) + 129, "mlp_width"), uneven);
}

TEST(NearestModel, FindsTheWidth) {
  ModelSettings model;
  for (const std::int64_t heads : {1, 3, 7}) {
    model.heads = heads;
    const ModelSettings solved = nearest_model(model, 172'800, "width");
    EXPECT_EQ(solved.width % heads, 0);
    for (const std::int64_t neighbour : {solved.width - heads, solved.width + heads}) {
      ModelSettings other = solved;
      other.width = neighbour;
      EXPECT_LE(std::abs(total(solved) - 172'800), std::abs(total(other) - 172'800)) << heads;
    }
  }
  model.head_width = 5;
  EXPECT_NE(nearest_model(model, 172'800, "width").width % 7, 0) << "heads of their own width divide nothing";
}

TEST(NearestModel, FindsTheLayers) {
  ModelSettings model;
  model.layers = 1;
  EXPECT_EQ(nearest_model(model, 172'800, "layers").layers, 4);
  model.mlp_width = 64;
  EXPECT_EQ(nearest_model(model, 172'800, "layers").layers, 5);
}

TEST(NearestModel, StaysWithinTheLimits) {
  const ModelSettings model;
  EXPECT_EQ(nearest_model(model, 1, "mlp_width").mlp_width, 1);
  EXPECT_EQ(nearest_model(model, 1, "width").width, 1);
  EXPECT_EQ(nearest_model(model, 1, "layers").layers, 1);
  constexpr std::int64_t kFar = 1'000'000'000'000;
  EXPECT_EQ(nearest_model(model, kFar, "mlp_width").mlp_width, 16384);
  EXPECT_EQ(nearest_model(model, kFar, "mlp_width").wider_mlps, 0);
  EXPECT_EQ(nearest_model(model, kFar, "width").width, 4096);
  EXPECT_EQ(nearest_model(model, kFar, "layers").layers, 128);
}

TEST(Budget, HeadsThatShareTheWidthKeepTheirMlps) {
  for (const PlannedTrial& trial : plan_of("[axes]\n\"model.heads\" = [1, 2, 4, 8, 16, 32, 64]").trials) {
    EXPECT_EQ(trial.settings.model.mlp_width, 128);
    EXPECT_EQ(trial.parameters, 172'800);
  }
}

TEST(Budget, IsTheBaseModelsAlsoWhereAnAxisReplacesItsValue) {
  const Plan plan = plan_of(
      "[model]\nhead_width = 16\nheads = 4\n[axes]\n\"training.task\" = [\"copy\", \"cycle\"]\n"
      "\"model.heads\" = [1, 4, 6]");
  EXPECT_EQ(plan.parameters, 172'800);
  for (const PlannedTrial& trial : plan.trials) {
    const ModelSettings& model = trial.settings.model;
    EXPECT_EQ(model.columns_per_head(), 16);
    EXPECT_EQ(model.mlp_width < 128, model.heads == 6);
    EXPECT_EQ(model.mlp_width > 128, model.heads == 1);
    EXPECT_EQ(trial.parameters, total(model));
    EXPECT_LE(std::abs(parameter_mismatch(trial.parameters, 172'800)), 64.5 / 172'800);
  }
}

// Whatever changes the number of parameters: all shapes of the model, tied and talking heads.
TEST(Budget, IsMetWhateverTheAxis) {
  const std::vector<std::string> axes = {
      "model.vocabulary = [128, 256, 300]", "model.length = [50, 100, 200]",
      "model.width = [48, 64, 72]",         "model.layers = [2, 3, 4, 5]",
      "model.head_width = [8, 16, 24]",     "diversity.tied_heads = [0, 0.5, 1]",
      "model.talking_heads = [false, true]"};
  for (const std::string& axis : axes) {
    const Plan plan = plan_of("[model]\nheads = 4\n[axes]\n" + axis);
    EXPECT_EQ(plan.parameters, 172'800) << axis;
    for (const PlannedTrial& trial : plan.trials) {
      EXPECT_LE(std::abs(parameter_mismatch(trial.parameters, 172'800)), 0.002) << axis;
      EXPECT_EQ(trial.parameters, total(trial.settings.model)) << axis;
    }
  }
}

TEST(Budget, TradesLayersForHeads) {
  const Plan plan =
      plan_of("[budget]\nsolve_for = \"layers\"\ntolerance = 0.2\n[axes]\nmodel.head_width = [8, 16, 32]");
  EXPECT_EQ(plan.parameters, 172'800);
  std::vector<std::int64_t> layers;
  for (const PlannedTrial& trial : plan.trials) layers.push_back(trial.settings.model.layers);
  EXPECT_THAT(layers, testing::ElementsAre(7, 6, 5));
}

TEST(Budget, MayBeANumber) {
  const Plan plan = plan_of("[budget]\nparameters = 200000");
  EXPECT_EQ(plan.parameters, 200'000);
  EXPECT_EQ(plan.trials[0].settings.model.mlp_width, 180);
  EXPECT_EQ(plan.trials[0].settings.model.wider_mlps, 3);
  EXPECT_EQ(plan.trials[0].parameters, 172'800 + 211 * 129);
}

TEST(Budget, IsRefusedWithTheNearestCountWhereItCannotBeMet) {
  EXPECT_EQ(
      complaint_about_plan("[axes]\n\"model.layers\" = [4, 100]"),
      "s.toml:4: no model.mlp_width gives 172,800 parameters within 0.2% (model.layers = 100): the "
      "nearest count is 1,735,524 with model.mlp_width = 1; leave that value out, or change parameters, "
      "solve_for or tolerance of [budget]");
  EXPECT_THAT(
      complaint_about_plan("[budget]\ntolerance = 0\n[axes]\n\"model.layers\" = [4, 5]"),
      HasSubstr("no model.mlp_width gives 172,800 parameters within 0% (model.layers = 5): the nearest "
                "count is 172,862 with model.mlp_width = 76 and model.wider_mlps = 2;"));
  EXPECT_THAT(complaint_about_plan("[budget]\nparameters = 1"),
              testing::StartsWith("s.toml: no model.mlp_width"));
}

TEST(Budget, IsRefusedOnAnAxisItSolvesFor) {
  EXPECT_EQ(complaint_about_plan("[axes]\n\"model.mlp_width\" = [64, 100]"),
            "s.toml:4: the axis model.mlp_width is what [budget] solves for, so that all trials have equal "
            "parameters; leave the axis out or choose another budget.solve_for than \"mlp_width\"");
  EXPECT_THAT(complaint_about_plan("[budget]\nsolve_for = \"width\"\n[[zip]]\n\"model.width\" = [64, 100]"),
              HasSubstr("the axis model.width is what [budget] solves for"));
  EXPECT_EQ(complaint_about_plan("[budget]\nsolve_for = \"width\"\ntolerance = 0.05\n[axes]\n"
                                 "\"model.mlp_width\" = [64, 128]"),
            "accepted");
}

TEST(Budget, IsNotThatOfAnImpossibleBase) {
  EXPECT_THAT(
      complaint_about_plan("[model]\nheads = 3\n[axes]\n\"model.heads\" = [1, 2]"),
      HasSubstr("the base model, whose parameters are the budget, is impossible: model.heads = 3 does "
                "not divide model.width = 64"));
  EXPECT_EQ(complaint_about_plan(
                "[model]\nheads = 3\n[budget]\nparameters = 172800\n[axes]\n\"model.heads\" = [1, 2]"),
            "accepted");
}

TEST(Budget, BadValuesAreNamed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"parameters = 0", "budget.parameters must be \"base\" or an integer from 1 to 1000000000000, not 0"},
      {"parameters = \"bas\"", "budget.parameters must be \"base\" or an integer"},
      {"parameters = 1.5", "budget.parameters must be \"base\" or an integer"},
      {"parameters = [1]", "budget.parameters must be \"base\" or an integer"},
      {"solve_for = \"width_mlp\"",
       "budget.solve_for must be one of \"mlp_width\", \"width\", \"layers\", not \"width_mlp\""},
      {"solve_for = \"layer\"",
       "budget.solve_for must be one of \"mlp_width\", \"width\", \"layers\", not "
       "\"layer\"; did you mean 'layers'?"},
      {"tolerance = -0.1", "budget.tolerance must be a number from 0 to 0.5, not -0.1"},
      {"tolerance = nan", "budget.tolerance must be a number from 0 to 0.5, not nan"},
      {"tolerance = \"1%\"", "budget.tolerance must be a number from 0 to 0.5, not \"1%\""},
      {"tolerence = 0.1", "unknown key 'budget.tolerence'; did you mean 'budget.tolerance'?"},
  };
  for (const auto& [line, expected] : cases) {
    EXPECT_THAT(complaint_about_plan("[budget]\n" + line), testing::StartsWith("s.toml:4: " + expected))
        << line;
  }
}

}  // namespace
}  // namespace headsweep::sweep
