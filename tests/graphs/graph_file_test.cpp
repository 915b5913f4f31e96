#include "graphs/graph_file.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "errors/user_error.h"

namespace headsweep::graphs {
namespace {

using ::testing::ElementsAre;

class GraphFile : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    path_ = std::filesystem::path(::testing::TempDir()) / ("graph_file_" + test + ".toml");
  }
  void TearDown() override { std::filesystem::remove(path_); }

  HeadSet read(const std::string& text) {
    std::ofstream(path_) << text;
    return read_graph_file(path_.string());
  }

  // The message without the path: ":LINE: ...".
  std::string message(const std::string& text) {
    try {
      read(text);
    } catch (const UserError& error) {
      const std::string whole = error.what();
      EXPECT_EQ(whole.find('\n'), std::string::npos);
      EXPECT_TRUE(whole.starts_with(path_.string())) << whole;
      return whole.substr(path_.string().size());
    }
    return "no error";
  }

  std::filesystem::path path_;
};

TEST_F(GraphFile, ReadsEdgesByNumberAndName) {
  const HeadSet heads = read(R"(
name = "relay"
nodes = ["u", "v", "tau"]
weights = [0.25, 0.75]
horizon = 20
[[head]]
name = "first"
edges = [["u", "v"]]
[[head]]
edges = [[1, "tau"], [2, 2]]
)");
  EXPECT_EQ(heads.name, "relay");
  EXPECT_EQ(heads.size(), 3);
  EXPECT_THAT(heads.node_names, ElementsAre("u", "v", "tau"));
  EXPECT_THAT(heads.head_names, ElementsAre("first", "head 1"));
  EXPECT_THAT(heads.weights, ElementsAre(0.25, 0.75));
  EXPECT_EQ(heads.horizon, 20);
  EXPECT_THAT(heads.graphs[0].keys(1), ElementsAre(0, 1));
  EXPECT_THAT(heads.graphs[0].keys(2), ElementsAre(2));
  EXPECT_THAT(heads.graphs[1].keys(2), ElementsAre(1, 2));
}

TEST_F(GraphFile, ReadsGivenAttention) {
  const HeadSet heads = read("nodes = 2\n[[head]]\nedges = [[0, 0, 1], [0, 1, 0.25], [1, 1, 0.75]]\n");
  EXPECT_THAT(heads.graphs[0].attention(1), ElementsAre(0.25, 0.75));
  EXPECT_THAT(heads.graphs[0].flow(1), ElementsAre(0.2, 1.0));
  EXPECT_THAT(heads.weights, ElementsAre(1.0));
}

TEST_F(GraphFile, ReadsFamilies) {
  const HeadSet heads =
      read("nodes = 9\n[[head]]\nfamily = \"window\"\nwidth = 3\n[[head]]\nfamily = \"random\"\nseed = 7\n");
  EXPECT_THAT(heads.graphs[0].keys(8), ElementsAre(6, 7, 8));
  EXPECT_EQ(heads.families[1]->seed, 7U);
  EXPECT_EQ(heads.families[1]->head, 1U);
}

TEST_F(GraphFile, RefusesEdgesThatAreNone) {
  const std::string begin = "nodes = 3\n[[head]]\n";
  EXPECT_EQ(message(begin + "edges = [[2, 1]]"),
            ":3: head 0: the edge [2, 1] runs backwards (a cycle has no causal order); edges lead from a key "
            "to a later "
            "query or itself");
  EXPECT_EQ(message(begin + "edges = [[0, 3]]"),
            ":3: head 0: an edge joins two of the positions 0 to 2, by number or name: [key, query] or [key, "
            "query, "
            "attention]");
  EXPECT_EQ(message(begin + "edges = [[0, 1], [0, 1]]"), ":3: head 0: the edge [0, 1] is listed twice");
  EXPECT_EQ(message(begin + "edges = [[0, \"v\"]]"), ":3: head 0: no node has the name 'v'");
  EXPECT_EQ(message(begin + "edges = [[0]]"),
            ":3: head 0: an edge is [key, query] or [key, query, attention]");
}

TEST_F(GraphFile, RefusesAttentionThatIsNone) {
  const std::string begin = "nodes = 2\n[[head]]\nedges = [[0, 0, 1], ";
  EXPECT_EQ(message(begin + "[0, 1, 0.25], [1, 1, 0.7]]"),
            ":3: head 0: the attention of query 1 sums to 0.95; it must sum to 1 within 1e-09, its self loop "
            "[1, 1, ...] "
            "included");
  EXPECT_EQ(message(begin + "[0, 1, -0.5], [1, 1, 1.5]]"),
            ":3: head 0: the edge [0, 1] has attention -0.5; allowed are numbers from 0 to 1");
  EXPECT_EQ(message(begin + "[0, 1, nan], [1, 1, 0.5]]"),
            ":3: head 0: the edge [0, 1] has attention nan; allowed are numbers from 0 to 1");
  EXPECT_EQ(message(begin + "[0, 1]]"),
            ":3: head 0: either all edges of a head have an attention weight or none has");
}

TEST_F(GraphFile, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(message("nodes = 3\nweigths = [1]\n[[head]]\nedges = []"),
            ":2: unknown key 'weigths'; did you mean 'weights'?");
  EXPECT_EQ(message("nodes = 3\n[[head]]\nfamily = \"windw\""),
            ":3: head 0: unknown family 'windw', known are line, full, window, dilated, star, layered and "
            "random; did "
            "you mean 'window'?");
  EXPECT_EQ(message("nodes = 3\n[[head]]\nfamily = \"line\"\nwidth = 2"),
            ":4: width: does not apply to family line");
  EXPECT_EQ(message("nodes = 3\n[[head]]\nedges = []\nwidth = 2"),
            ":4: width: does not apply to a head with edges");
  EXPECT_EQ(message("nodes = 3\n[[head]]\n"), ":2: head 0: give either edges or a family");
  EXPECT_EQ(message("nodes = 0\n[[head]]\nedges = []"),
            ":1: nodes (or a list of names): must be a whole number of at least 1");
  EXPECT_EQ(message("nodes = 3\n"), ":1: no [[head]]; give at least one, with edges or a family");
  EXPECT_EQ(message("nodes = 3\nweights = [0.5, 0.4]\n[[head]]\nedges = []\n[[head]]\nedges = []"),
            ":2: weights: the weights sum to 0.9; they must sum to 1 within 1e-09");
  EXPECT_THAT(message("nodes = ["), ::testing::StartsWith(":"));
}

TEST_F(GraphFile, RefusesAFileThatIsNotThere) {
  EXPECT_THROW(read_graph_file("/nowhere/graph.toml"), UserError);
  EXPECT_THROW(read_graph_file(::testing::TempDir()), UserError);
}

}  // namespace
}  // namespace headsweep::graphs
