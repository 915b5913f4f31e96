// Arms of a sweep have equal parameters, or the sweep is refused with what to change.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sweep/complaint.h"

namespace headsweep::sweep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string complaint_about_plan(const std::string& rest) {
  return complaint_of([&] { make_plan(parse("[sweep]\nname = \"match\"\n" + rest)); });
}

TEST(ParameterMatch, HeadsThatShareTheWidthAreEqual) {
  EXPECT_EQ(complaint_about_plan("[axes]\n\"model.heads\" = [1, 2, 4, 8, 16, 32, 64]"), "accepted");
}

TEST(ParameterMatch, SettingsWithoutTensorsChangeNothing) {
  EXPECT_EQ(complaint_about_plan("[axes]\n\"model.dropout\" = [0, 0.5]\n\"training.learning_rate\" = [1, 2]\n"
                                 "\"measure.horizon\" = [1, 2]\n\"training.task\" = [\"copy\", \"cycle\"]"),
            "accepted");
}

TEST(ParameterMatch, AFixedHeadWidthIsToldApart) {
  EXPECT_EQ(
      complaint_about_plan("[model]\nhead_width = 16\n[axes]\n\"training.task\" = [\"copy\", \"cycle\"]\n"
                           "\"model.heads\" = [4, 8]"),
      "s.toml:7: parameter counts differ: 172,800 (training.task = \"copy\", model.heads = 4) but 239,104 "
      "(training.task = \"copy\", model.heads = 8), changed by model.heads; leave model.head_width out, so "
      "that the heads share model.width");
}

TEST(ParameterMatch, AnotherShapeIsRefusedWithAnMlpThatMatches) {
  const std::string complaint = complaint_about_plan("[axes]\n\"model.layers\" = [4, 5]");
  EXPECT_THAT(
      complaint,
      StartsWith("s.toml:4: parameter counts differ: 172,800 (model.layers = 4) but 206,144 (model.layers "
                 "= 5), changed by model.layers; leave that axis out, or give the second a sweep "
                 "of its own with model.mlp_width = 76 (172,604 parameters)"));
}

TEST(ParameterMatch, TheProposedMlpIsTheNearest) {
  const auto parameters_with = [](int mlp_width) {
    return make_plan(
               parse("[sweep]\nname = \"a\"\n[model]\nlayers = 5\nmlp_width = " + std::to_string(mlp_width)))
        .parameters;
  };
  EXPECT_EQ(parameters_with(76), 172'604);
  EXPECT_LT(172'800 - parameters_with(76), 172'800 - parameters_with(75));
  EXPECT_LT(172'800 - parameters_with(76), parameters_with(77) - 172'800);
}

TEST(ParameterMatch, NoMlpIsProposedWhereNoneFits) {
  EXPECT_THAT(complaint_about_plan("[axes]\n\"model.layers\" = [1, 100]"),
              HasSubstr("changed by model.layers; leave that axis out"));
  EXPECT_THAT(complaint_about_plan("[axes]\n\"model.layers\" = [1, 100]"),
              testing::Not(HasSubstr("mlp_width")));
  EXPECT_THAT(complaint_about_plan("[axes]\n\"model.mlp_width\" = [64, 100]"),
              testing::EndsWith("changed by model.mlp_width; leave that axis out"));
}

TEST(ParameterMatch, EveryShapeCounts) {
  for (const char* const setting : {"vocabulary", "length", "width", "layers", "head_width", "mlp_width"}) {
    EXPECT_THAT(complaint_about_plan("[axes]\nmodel." + std::string(setting) + " = [32, 64]"),
                HasSubstr(std::string("changed by model.") + setting));
  }
}

}  // namespace
}  // namespace headsweep::sweep
