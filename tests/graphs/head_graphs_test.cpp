#include "graphs/head_graphs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graphs/families.h"

namespace headsweep::graphs {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using Kind = HeadGraphSpec::Kind;
using Connect = HeadGraphSpec::Connect;

std::vector<std::int32_t> keys(const KeyRows& graph, std::int64_t query) {
  const auto row = static_cast<std::size_t>(query);
  return {graph.keys.begin() + graph.starts[row], graph.keys.begin() + graph.starts[row + 1]};
}

std::vector<std::int64_t> unreachable(const std::vector<KeyRows>& graphs) {
  std::vector<std::int64_t> counts;
  for (const KeyRows& graph : graphs) counts.push_back(unreachable_positions(graph));
  return counts;
}

bool equal(const KeyRows& a, const KeyRows& b) {
  return a.starts == b.starts && a.keys == b.keys;
}

// Own graphs of every kind, in which heads differ and none is connected by itself.
std::vector<HeadGraphSpec> own_graphs(Connect connect) {
  return {{.kind = Kind::kWindow, .connect = connect, .heads = 3, .window = 2},
          {.kind = Kind::kDilated, .connect = connect, .heads = 3, .window = 3},
          {.kind = Kind::kRandom, .connect = connect, .heads = 3, .degree = 2, .seed = 5}};
}

TEST(HeadGraphs, FullSeesEverythingEarlierInEveryHead) {
  for (const KeyRows& graph : head_graphs({.heads = 2}, 4)) {
    EXPECT_THAT(keys(graph, 0), ElementsAre(0));
    EXPECT_THAT(keys(graph, 3), ElementsAre(0, 1, 2, 3));
  }
}

TEST(HeadGraphs, WindowsOfOwnHeadsFollowOneAnother) {
  const auto graphs = head_graphs({.kind = Kind::kWindow, .heads = 3, .window = 2}, 10);
  ASSERT_EQ(graphs.size(), 3U);
  EXPECT_THAT(keys(graphs[0], 8), ElementsAre(7, 8));
  EXPECT_THAT(keys(graphs[1], 8), ElementsAre(5, 6, 8));
  EXPECT_THAT(keys(graphs[2], 8), ElementsAre(3, 4, 8));
  EXPECT_THAT(keys(graphs[2], 4), ElementsAre(0, 4));
  EXPECT_THAT(keys(graphs[2], 3), ElementsAre(3));
  // Lags 2 and 3 add up to every distance but 1, lags 4 and 5 below 10 only to 4, 5, 8 and 9.
  EXPECT_THAT(unreachable(graphs), ElementsAre(0, 1, 5));
}

TEST(HeadGraphs, ASharedWindowOfTheUnionSeesWhatOwnOnesSeeTogether) {
  const auto own = head_graphs({.kind = Kind::kWindow, .heads = 3, .window = 4}, 30);
  const auto shared = head_graphs({.kind = Kind::kWindow, .shared = true, .heads = 3, .window = 12}, 30);
  EXPECT_TRUE(equal(union_of(own), shared[2]));
}

TEST(HeadGraphs, DilationDoublesFromHeadToHead) {
  const auto graphs = head_graphs({.kind = Kind::kDilated, .heads = 3, .window = 3}, 20);
  EXPECT_THAT(keys(graphs[0], 10), ElementsAre(8, 9, 10));
  EXPECT_THAT(keys(graphs[1], 10), ElementsAre(6, 8, 10));
  EXPECT_THAT(keys(graphs[2], 10), ElementsAre(2, 6, 10));
}

TEST(HeadGraphs, TheDilationOfManyHeadsDoesNotOverflow) {
  const auto graphs = head_graphs({.kind = Kind::kDilated, .heads = 70, .window = 3}, 20);
  EXPECT_THAT(keys(graphs[69], 19), ElementsAre(19));
  EXPECT_EQ(unreachable_positions(graphs[69]), 19);
}

TEST(HeadGraphs, ASharedDilatedGraphIsCompletedAtItsEnd) {
  HeadGraphSpec spec{.kind = Kind::kDilated, .shared = true, .heads = 2, .window = 3, .dilation = 3};
  const auto graphs = head_graphs(spec, 12);
  EXPECT_TRUE(equal(graphs[0], graphs[1]));
  EXPECT_THAT(keys(graphs[0], 9), ElementsAre(3, 6, 9));
  EXPECT_THAT(keys(graphs[0], 10), ElementsAre(4, 7, 9, 10));  // nobody else sees 9
  EXPECT_THAT(keys(graphs[0], 11), ElementsAre(5, 8, 10, 11));
  EXPECT_THAT(unreachable(graphs), Each(0));
  spec.connect = Connect::kNone;
  EXPECT_THAT(unreachable(head_graphs(spec, 12)), Each(8));  // all but 11, 8, 5 and 2
}

TEST(HeadGraphs, RandomHeadsHaveTheirOwnDrawsOfEqualDegree) {
  const HeadGraphSpec spec{
      .kind = Kind::kRandom, .connect = Connect::kNone, .heads = 4, .degree = 3, .seed = 7};
  const auto graphs = head_graphs(spec, 50);
  for (std::size_t head = 0; head < 4; ++head) {
    for (std::int64_t query = 0; query < 50; ++query) {
      const auto seen = keys(graphs[head], query);
      EXPECT_EQ(std::ssize(seen), std::min<std::int64_t>(query + 1, 3));
      EXPECT_EQ(seen.back(), query);
    }
    EXPECT_TRUE(equal(graphs[head], graphs[0]) == (head == 0));
  }
  HeadGraphSpec other_seed = spec;
  other_seed.seed = 8;
  EXPECT_FALSE(equal(head_graphs(other_seed, 50)[0], graphs[0]));
}

TEST(HeadGraphs, CompletedRandomHeadsAreTheFamilysGraphs) {
  const auto graphs = head_graphs(own_graphs(Connect::kEach)[2], 40);
  for (std::uint32_t head = 0; head < 3; ++head) {
    const CausalGraph family =
        family_graph({.family = Family::kRandom, .degree = 2, .seed = 5, .head = head}, 40);
    for (std::int64_t query = 0; query < 40; ++query) {
      EXPECT_THAT(keys(graphs[head], query), ::testing::ElementsAreArray(family.keys(query)));
    }
  }
}

TEST(HeadGraphs, EachConnectsEveryHead) {
  for (const HeadGraphSpec& spec : own_graphs(Connect::kEach)) {
    EXPECT_THAT(unreachable(head_graphs(spec, 24)), Each(0));
  }
}

TEST(HeadGraphs, UnionConnectsTheHeadsTogetherWithAsFewEdgesAsCanBe) {
  for (const HeadGraphSpec& spec : own_graphs(Connect::kUnion)) {
    HeadGraphSpec bare = spec;
    bare.connect = Connect::kNone;
    const auto graphs = head_graphs(spec, 24);
    const auto before = head_graphs(bare, 24);
    EXPECT_EQ(unreachable_positions(union_of(graphs)), 0);
    EXPECT_THAT(unreachable(graphs), ::testing::Contains(::testing::Gt(0)));
    std::size_t added = 0;
    for (std::size_t head = 0; head < graphs.size(); ++head) {
      added += graphs[head].keys.size() - before[head].keys.size();
    }
    // In the union a key that no later query sees is a dead end; there is one edge for each.
    const KeyRows together = union_of(before);
    std::size_t dead_ends = 0;
    for (std::int32_t key = 0; key < 23; ++key) {
      dead_ends += std::ranges::count(together.keys, key) == 1 ? 1 : 0;
    }
    EXPECT_EQ(added, dead_ends);
  }
}

TEST(HeadGraphs, TheRandomUnionThatNeedsEdgesGetsThemInSeveralHeads) {
  // Two keys a query in 200 positions: about e^-3 of the keys are drawn by none of three heads.
  const HeadGraphSpec spec{.kind = Kind::kRandom, .heads = 3, .degree = 2, .seed = 1};
  HeadGraphSpec bare = spec;
  bare.connect = Connect::kNone;
  const auto graphs = head_graphs(spec, 200);
  const auto before = head_graphs(bare, 200);
  for (std::size_t head = 0; head < 3; ++head) EXPECT_FALSE(equal(graphs[head], before[head])) << head;
}

TEST(HeadGraphs, WithoutConnectionAWindowOfOneIsOnlyThePositionItself) {
  HeadGraphSpec spec{.kind = Kind::kWindow, .connect = Connect::kNone, .heads = 1, .window = 1};
  EXPECT_THAT(unreachable(head_graphs(spec, 5)), ElementsAre(4));
  EXPECT_EQ(smallest_lag(spec, 0), std::nullopt);
  spec.heads = 2;
  EXPECT_EQ(smallest_lag(spec, 1), 1);
}

TEST(HeadGraphs, OnePositionIsItsOwnSink) {
  for (const HeadGraphSpec& spec : own_graphs(Connect::kUnion)) {
    EXPECT_THAT(unreachable(head_graphs(spec, 1)), Each(0));
  }
}

}  // namespace
}  // namespace headsweep::graphs
