#include "worker/fused/visible_keys.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "graphs/head_graphs.h"
#include "trial/head_graphs.h"
#include "worker/fused/dropout_bits.h"

namespace headsweep::fused {
namespace {

trial::Settings settings_of(const std::string& graph, bool shared) {
  trial::Settings settings;
  settings.model.length = 19;  // no multiple of 8 or 16
  settings.model.heads = 3;
  settings.diversity.graph = graph;
  settings.diversity.graph_shared = shared;
  settings.diversity.graph_window = 3;
  settings.diversity.graph_degree = 3;
  return settings;
}

bool sees(const std::uint8_t* bits, std::size_t length, std::size_t query, std::size_t key) {
  return (bits[key * attention_bit_stride(length) + query / 8] >> query % 8 & 1) != 0;
}

TEST(VisibleKeys, WithoutAGraphThereIsNothingToRead) {
  EXPECT_EQ(VisibleKeys().of_head(0), nullptr);
  EXPECT_EQ(VisibleKeys(settings_of("full", false)).of_head(2), nullptr);
}

TEST(VisibleKeys, AreTheEdgesOfEachHeadsGraph) {
  for (const std::string graph : {"window", "dilated", "random"}) {
    for (const bool shared : {false, true}) {
      const trial::Settings settings = settings_of(graph, shared);
      const auto length = static_cast<std::size_t>(settings.model.length);
      const auto graphs = graphs::head_graphs(trial::head_graph_spec(settings), settings.model.length);
      const VisibleKeys visible(settings);
      for (std::size_t head = 0; head < 3; ++head) {
        const graphs::KeyRows& edges = graphs[shared ? 0 : head];
        for (std::size_t query = 0; query < length; ++query) {
          const auto begin = edges.keys.begin() + edges.starts[query];
          const auto end = edges.keys.begin() + edges.starts[query + 1];
          for (std::size_t key = 0; key < length; ++key) {
            EXPECT_EQ(sees(visible.of_head(head), length, query, key), std::find(begin, end, key) != end)
                << graph << ", head " << head << ", query " << query << ", key " << key;
          }
        }
      }
    }
  }
}

TEST(VisibleKeys, LanesBehindTheLastQuerySeeTheFirstKey) {
  const VisibleKeys visible(settings_of("window", false));
  for (std::size_t query = 19; query < 8 * attention_bit_stride(19); ++query) {
    EXPECT_TRUE(sees(visible.of_head(1), 19, query, 0)) << query;
  }
}

}  // namespace
}  // namespace headsweep::fused
