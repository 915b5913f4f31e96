#include "metrics/nulls.h"

#include <gtest/gtest.h>

namespace headsweep::metrics {
namespace {

TEST(Nulls, AreAttention) {
  EXPECT_EQ(uniform_attention(2), (std::vector<double>{1, 0, 0.5, 0.5}));
  EXPECT_EQ(identity_attention(2), (std::vector<double>{1, 0, 0, 1}));
  EXPECT_EQ(previous_token_attention(3), (std::vector<double>{1, 0, 0, 1, 0, 0, 0, 1, 0}));
  EXPECT_EQ(uniform_attention(1), std::vector<double>{1});
}

}  // namespace
}  // namespace headsweep::metrics
