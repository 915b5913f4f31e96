#include "trial/head_graphs.h"

#include <gmock/gmock.h>

namespace headsweep::trial {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

Settings with_graph(const std::string& graph, std::int64_t heads, std::int64_t window) {
  Settings settings;
  settings.model.heads = heads;
  settings.diversity.graph = graph;
  settings.diversity.graph_window = window;
  return settings;
}

std::string problem(const Settings& settings) {
  return check_head_graphs(settings).value_or("none");
}

TEST(HeadGraphSettings, BecomeASpec) {
  Settings settings = with_graph("dilated", 4, 5);
  settings.diversity.graph_shared = true;
  settings.diversity.graph_dilation = 3;
  settings.diversity.graph_degree = 7;
  settings.diversity.graph_connect = "each";
  settings.seed = 9;
  const graphs::HeadGraphSpec spec = head_graph_spec(settings);
  EXPECT_EQ(spec.kind, graphs::HeadGraphSpec::Kind::kDilated);
  EXPECT_EQ(spec.connect, graphs::HeadGraphSpec::Connect::kEach);
  EXPECT_TRUE(spec.shared);
  EXPECT_THAT((std::vector{spec.heads, spec.window, spec.dilation, spec.degree}), ElementsAre(4, 5, 3, 7));
  EXPECT_EQ(spec.seed, 9U);
}

TEST(HeadGraphSettings, TheFullGraphReachesTheSinkFromEverywhere) {
  Settings settings;
  settings.model.heads = 3;
  EXPECT_THAT(unreachable_positions(settings), ElementsAre(0, 0, 0));
}

TEST(HeadGraphSettings, HeadsThatReachTheSinkOnlyTogetherAreCounted) {
  Settings settings = with_graph("window", 3, 60);  // of 100 positions: head 2 begins at lag 120
  EXPECT_EQ(problem(settings), "none");
  EXPECT_THAT(unreachable_positions(settings), ElementsAre(0, 59, 99));
  settings.diversity.graph = "random";
  settings.diversity.graph_connect = "each";
  EXPECT_THAT(unreachable_positions(settings), Each(0));
}

TEST(HeadGraphSettings, AHeadThatSeesOnlyItselfCannotBeConnected) {
  Settings settings = with_graph("window", 3, 60);
  settings.diversity.graph_connect = "each";
  EXPECT_THAT(problem(settings), HasSubstr("head 2"));
  EXPECT_THAT(problem(settings), HasSubstr("shortest lag is 120, model.length = 100"));
  settings.diversity.graph_shared = true;
  EXPECT_EQ(problem(settings), "none");
  settings = with_graph("dilated", 8, 2);
  settings.diversity.graph_connect = "each";
  EXPECT_THAT(problem(settings), HasSubstr("head 7"));  // 2^7 positions back
  settings.model.heads = 7;
  EXPECT_EQ(problem(settings), "none");
}

TEST(HeadGraphSettings, AUnionOfNothingCannotBeConnected) {
  Settings settings = with_graph("window", 1, 1);
  EXPECT_THAT(problem(settings), HasSubstr("diversity.graph_window = 1"));
  settings.model.heads = 2;  // head 1 sees lag 1
  EXPECT_EQ(problem(settings), "none");
  EXPECT_THAT(unreachable_positions(settings), ElementsAre(99, 0));
  settings.diversity.graph_shared = true;
  EXPECT_THAT(problem(settings), HasSubstr("no head sees"));
  settings.diversity.graph_connect = "none";
  EXPECT_EQ(problem(settings), "none");
  settings = with_graph("dilated", 2, 4);
  settings.diversity.graph_shared = true;
  settings.diversity.graph_dilation = 100;
  EXPECT_THAT(problem(settings), HasSubstr("diversity.graph_dilation = 100, model.length = 100"));
}

TEST(HeadGraphSettings, AreCheckedWithAllOthers) {
  EXPECT_THAT(check_together(with_graph("window", 1, 1)).value_or(""), HasSubstr("graph_connect"));
}

}  // namespace
}  // namespace headsweep::trial
