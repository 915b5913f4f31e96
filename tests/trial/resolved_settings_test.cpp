// Settings that mean nothing change nothing: not the key, not the arm.
#include <functional>

#include <gtest/gtest.h>

#include "trial/key.h"
#include "trial/settings.h"

namespace headsweep::trial {
namespace {

struct Case {
  std::string setting;
  std::string because;
  std::function<void(Settings&)> context;  // makes it mean nothing
  std::function<void(Settings&)> change;   // gives it another value
};

std::vector<Case> cases() {
  const auto heads = [](Settings& s) { s.model.heads = 4; };
  const auto graph = [](std::string name) {
    return [name](Settings& s) {
      s.model.heads = 4;
      s.diversity.graph = name;
    };
  };
  const auto task = [](std::string name) { return [name](Settings& s) { s.training.task = name; }; };
  const std::string one_head = "model.heads = 1";
  const auto nothing = [](Settings&) {};
  return {
      {"diversity.penalty_weight", "diversity.penalty = \"none\"", heads,
       [](Settings& s) { s.diversity.penalty_weight = 0.5; }},
      {"diversity.penalty", "diversity.penalty_weight = 0.0", heads,
       [](Settings& s) { s.diversity.penalty = "js"; }},
      {"diversity.init_similarity", one_head, nothing, [](Settings& s) { s.diversity.init_similarity = 1; }},
      {"diversity.init_similarity_value", one_head, nothing,
       [](Settings& s) { s.diversity.init_similarity_value = 1; }},
      {"diversity.tied_heads", one_head, nothing, [](Settings& s) { s.model.tied_heads = 1; }},
      {"diversity.tied_heads", "model.heads = 4", heads, [](Settings& s) { s.model.tied_heads = 0.25; }},
      {"diversity.graph_shared", "diversity.graph = \"full\"", heads,
       [](Settings& s) { s.diversity.graph_shared = true; }},
      {"diversity.graph_shared", one_head, [](Settings& s) { s.diversity.graph = "window"; },
       [](Settings& s) { s.diversity.graph_shared = true; }},
      {"diversity.graph_window", "diversity.graph = \"random\"", graph("random"),
       [](Settings& s) { s.diversity.graph_window = 3; }},
      {"diversity.graph_dilation", "diversity.graph = \"window\"", graph("window"),
       [](Settings& s) { s.diversity.graph_dilation = 3; }},
      {"diversity.graph_dilation", "diversity.graph_shared = false", graph("dilated"),
       [](Settings& s) { s.diversity.graph_dilation = 3; }},
      {"diversity.graph_degree", "diversity.graph = \"dilated\"", graph("dilated"),
       [](Settings& s) { s.diversity.graph_degree = 3; }},
      {"diversity.graph_connect", "diversity.graph = \"full\"", heads,
       [](Settings& s) { s.diversity.graph_connect = "each"; }},
      {"training.shift", "training.task = \"copy\"", nothing, [](Settings& s) { s.training.shift = 3; }},
      {"training.pairs", "training.task = \"cycle\"", task("cycle"),
       [](Settings& s) { s.training.pairs = 3; }},
      {"training.queries", "training.task = \"sort\"", task("sort"),
       [](Settings& s) { s.training.queries = 3; }},
  };
}

TEST(MeaninglessSettings, AreNamedWithTheirReason) {
  for (const Case& one : cases()) {
    Settings settings;
    one.context(settings);
    EXPECT_TRUE(meaningless_settings(settings).empty()) << one.setting;
    one.change(settings);
    const std::vector<Meaningless> meaningless = meaningless_settings(settings);
    ASSERT_EQ(meaningless.size(), 1U) << one.setting;
    EXPECT_EQ(meaningless[0].setting->name, one.setting);
    EXPECT_EQ(meaningless[0].because, one.because);
  }
}

TEST(MeaninglessSettings, ChangeNeitherKeyNorArm) {
  for (const Case& one : cases()) {
    Settings settings;
    one.context(settings);
    const Settings before = settings;
    one.change(settings);
    EXPECT_EQ(resolved(settings), resolved(before)) << one.setting;
    EXPECT_EQ(trial_key(settings), trial_key(before)) << one.setting;
    EXPECT_EQ(arm_key(settings), arm_key(before)) << one.setting;
  }
}

TEST(ResolvedSettings, SayTheShareOfTiedHeadsInOneWay) {
  Settings settings;
  settings.model.heads = 4;
  for (const double share : {0.4, 0.5, 0.6}) {
    settings.model.tied_heads = share;
    EXPECT_EQ(resolved(settings).model.tied_heads, 0.5) << share;
    EXPECT_TRUE(meaningless_settings(settings).empty()) << share;
  }
}

TEST(ResolvedSettings, KeepADilationOfOneHead) {
  Settings settings;  // 2^0 = 1 is not the default dilation
  settings.diversity.graph = "dilated";
  settings.diversity.graph_shared = true;
  EXPECT_EQ(resolved(settings), settings);
}

TEST(ResolvedSettings, AreTheirOwnResolution) {
  for (const Case& one : cases()) {
    Settings settings;
    one.context(settings);
    one.change(settings);
    EXPECT_EQ(resolved(resolved(settings)), resolved(settings)) << one.setting;
  }
}

}  // namespace
}  // namespace headsweep::trial
