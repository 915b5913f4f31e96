#include "graphs/combine.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "dense_reference.h"
#include "errors/user_error.h"

namespace headsweep::graphs {
namespace {

std::string message_of(const std::vector<double>& weights, std::size_t heads) {
  try {
    check_weights(weights, heads, "--weights");
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Combine, IsTheWeightedSumOfBothMatrices) {
  const std::vector<CausalGraph> heads = {testing::random_weighted_graph(9, 1),
                                          testing::random_weighted_graph(9, 2)};
  const CausalGraph combined = combine(heads, std::vector<double>{0.25, 0.75});
  metrics::LowerTriangle attention(9);
  metrics::LowerTriangle flow(9);
  attention.add(0.25, testing::dense_attention(heads[0]));
  attention.add(0.75, testing::dense_attention(heads[1]));
  flow.add(0.25, testing::dense_flow(heads[0]));
  flow.add(0.75, testing::dense_flow(heads[1]));
  for (std::size_t e = 0; e < attention.entries().size(); ++e) {
    EXPECT_NEAR(testing::dense_attention(combined).entries()[e], attention.entries()[e], 1e-15);
    EXPECT_NEAR(testing::dense_flow(combined).entries()[e], flow.entries()[e], 1e-15);
  }
}

TEST(Combine, LeavesOutHeadsOfNoWeight) {
  const std::vector<CausalGraph> heads = {testing::random_weighted_graph(9, 1),
                                          testing::random_weighted_graph(9, 2)};
  EXPECT_EQ(combine(heads, std::vector<double>{1, 0}).edges(), heads[0].edges());
}

TEST(Combine, RefusesWeightsThatAreNone) {
  EXPECT_EQ(message_of({0.5, 0.5}, 2), "");
  EXPECT_EQ(message_of({0.5, 0.4}, 2), "--weights: the weights sum to 0.9; they must sum to 1 within 1e-09");
  EXPECT_EQ(message_of({1}, 2), "--weights: 1 weights for 2 heads; give one a head");
  EXPECT_EQ(message_of({-0.5, 1.5}, 2), "--weights: -0.5 is not a weight; allowed are numbers from 0 to 1");
  EXPECT_EQ(message_of({std::numeric_limits<double>::quiet_NaN(), 1}, 2),
            "--weights: nan is not a weight; allowed are numbers from 0 to 1");
}

}  // namespace
}  // namespace headsweep::graphs
