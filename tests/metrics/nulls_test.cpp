#include "metrics/nulls.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "sample_attention.h"

namespace headsweep::metrics {
namespace {

TEST(Nulls, AreAttention) {
  EXPECT_EQ(uniform_attention(2), (std::vector<double>{1, 0, 0.5, 0.5}));
  EXPECT_EQ(identity_attention(2), (std::vector<double>{1, 0, 0, 1}));
  EXPECT_EQ(previous_token_attention(3), (std::vector<double>{1, 0, 0, 1, 0, 0, 0, 1, 0}));
  EXPECT_EQ(uniform_attention(1), std::vector<double>{1});
}

TEST(Nulls, PermutedKeepsDiagonalAndEntriesOfEveryRow) {
  const SampleLayer layer = random_layer(3, 3, 12, 1, 3);
  const std::vector<double> permuted = permuted_attention(layer.attention, 3, 12, {7, 1, 4, 0});
  EXPECT_NE(permuted, layer.attention);
  for (std::size_t row = 0; row < 36; ++row) {
    const std::size_t i = row % 12;
    std::vector<double> before(layer.attention.begin() + static_cast<std::ptrdiff_t>(row * 12),
                               layer.attention.begin() + static_cast<std::ptrdiff_t>(row * 12 + 12));
    std::vector<double> after(permuted.begin() + static_cast<std::ptrdiff_t>(row * 12),
                              permuted.begin() + static_cast<std::ptrdiff_t>(row * 12 + 12));
    EXPECT_EQ(before[i], after[i]);
    std::ranges::sort(before);
    std::ranges::sort(after);
    EXPECT_EQ(before, after) << "row " << row;
  }
}

TEST(Nulls, PermutedFollowsFromWhereItIsUsedAndNothingElse) {
  const SampleLayer layer = random_layer(3, 2, 20, 1, 3);
  const auto permuted = [&](const PermutedDraw& draw) {
    return permuted_attention(layer.attention, 2, 20, draw);
  };
  const std::vector<double> reference = permuted({7, 1, 4, 0});
  EXPECT_EQ(permuted({7, 1, 4, 0}), reference);
  EXPECT_NE(permuted({8, 1, 4, 0}), reference);
  EXPECT_NE(permuted({7, 2, 4, 0}), reference);
  EXPECT_NE(permuted({7, 1, 5, 0}), reference);
  EXPECT_NE(permuted({7, 1, 4, 1}), reference);
}

// Row 3 has three entries to shuffle: each of the six orders about as often.
TEST(Nulls, PermutationsAreEquallyLikely) {
  std::vector<double> attention = identity_attention(4);
  attention[12] = 0.1;
  attention[13] = 0.2;
  attention[14] = 0.3;
  attention[15] = 0.4;
  std::map<std::vector<double>, int> counts;
  constexpr int kDraws = 6000;
  for (std::uint32_t draw = 0; draw < kDraws; ++draw) {
    const std::vector<double> permuted = permuted_attention(attention, 1, 4, {0, 0, 0, draw});
    ++counts[{permuted[12], permuted[13], permuted[14]}];
  }
  ASSERT_EQ(counts.size(), 6U);
  for (const auto& [order, count] : counts)
    EXPECT_NEAR(count, kDraws / 6, 150) << order[0] << order[1];  // 5 sigma
}

TEST(Nulls, CrossedTakesEachHeadFromAnotherSequence) {
  const std::int64_t heads = 3;
  const std::int64_t n = 4;
  std::vector<SampleLayer> layers;
  for (std::uint64_t s = 0; s < 2; ++s) layers.push_back(random_layer(s, heads, n, 1, 1));
  const std::vector<std::span<const double>> sequences = {layers[0].attention, layers[1].attention};
  const std::vector<double> crossed = crossed_attention(sequences, heads, n, 1);
  ASSERT_EQ(crossed.size(), 48U);
  for (std::int64_t h = 0; h < heads; ++h) {
    const SampleLayer& source = layers[static_cast<std::size_t>((1 + h) % 2)];
    for (std::int64_t entry = h * n * n; entry < (h + 1) * n * n; ++entry) {
      EXPECT_EQ(crossed[static_cast<std::size_t>(entry)], source.attention[static_cast<std::size_t>(entry)]);
    }
  }
}

}  // namespace
}  // namespace headsweep::metrics
