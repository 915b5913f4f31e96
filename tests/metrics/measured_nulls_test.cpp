#include "metrics/measured_nulls.h"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "close_to.h"
#include "metrics/nulls.h"
#include "sample_attention.h"

namespace headsweep::metrics {
namespace {

LayerHeads random_heads(std::uint64_t seed, std::int64_t heads, std::int64_t n) {
  return checked_heads(random_layer(seed, heads, n, 2, 3).view());
}

std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> result(values.begin(), values.end());
  std::ranges::sort(result);
  return result;
}

bool same_attention(const LayerHeads& a, const LayerHeads& b) {
  return std::ranges::equal(a.attention, b.attention, [](const LowerTriangle& x, const LowerTriangle& y) {
    return std::ranges::equal(x.entries(), y.entries());
  });
}

TEST(Permuted, KeepsDiagonalAndEntriesOfEveryRow) {
  const LayerHeads layer = random_heads(3, 3, 12);
  const LayerHeads shuffled = permuted(layer, {7, 1, 4, 0});
  EXPECT_FALSE(same_attention(shuffled, layer));
  for (std::size_t h = 0; h < 3; ++h) {
    for (std::int64_t i = 0; i < 12; ++i) {
      EXPECT_EQ(layer.attention[h].at(i, i), shuffled.attention[h].at(i, i));
      EXPECT_EQ(sorted(layer.attention[h].row(i)), sorted(shuffled.attention[h].row(i))) << h << " " << i;
    }
  }
}

TEST(Permuted, OutputsAreThoseOfTheShuffledAttention) {
  const LayerHeads layer = random_heads(3, 2, 9);
  const LayerHeads shuffled = permuted(layer, {7, 1, 4, 0});
  EXPECT_EQ(shuffled.values, layer.values);
  for (std::int64_t h = 0; h < 2; ++h) {
    for (std::int64_t i = 0; i < 9; ++i) {
      for (std::int64_t c = 0; c < 2; ++c) {
        double expected = 0;
        for (std::int64_t j = 0; j <= i; ++j) {
          expected += shuffled.attention[static_cast<std::size_t>(h)].at(i, j) *
                      layer.values[static_cast<std::size_t>((h * 9 + j) * 2 + c)];
        }
        EXPECT_TRUE(
            close_to(shuffled.outputs[static_cast<std::size_t>((h * 9 + i) * 2 + c)], expected, 1e-14));
      }
    }
  }
}

TEST(Permuted, FollowsFromWhereItIsUsedAndNothingElse) {
  const LayerHeads layer = random_heads(3, 2, 20);
  const LayerHeads reference = permuted(layer, {7, 1, 4, 0});
  EXPECT_TRUE(same_attention(permuted(layer, {7, 1, 4, 0}), reference));
  EXPECT_FALSE(same_attention(permuted(layer, {8, 1, 4, 0}), reference));
  EXPECT_FALSE(same_attention(permuted(layer, {7, 2, 4, 0}), reference));
  EXPECT_FALSE(same_attention(permuted(layer, {7, 1, 5, 0}), reference));
  EXPECT_FALSE(same_attention(permuted(layer, {7, 1, 4, 1}), reference));
}

// Row 3 has three entries to shuffle, row 6 takes its numbers from two blocks: each order about as often.
TEST(Permuted, OrdersAreEquallyLikely) {
  SampleLayer sample = single_head(identity_attention(7), 7);
  const std::vector<double> row3 = {0.1, 0.2, 0.3, 0.4};
  const std::vector<double> row6 = {0.05, 0.1, 0.15, 0.2, 0.25, 0.25, 0};
  std::ranges::copy(row3, sample.attention.begin() + 21);
  std::ranges::copy(row6, sample.attention.begin() + 42);
  const LayerHeads layer = checked_heads(sample.view());
  std::map<std::vector<double>, int> orders;
  std::map<std::pair<std::size_t, double>, int> places;
  constexpr int kDraws = 6000;
  for (std::uint32_t draw = 0; draw < kDraws; ++draw) {
    const LayerHeads shuffled = permuted(layer, {0, 0, 0, draw});
    const auto three = shuffled.attention[0].row(3);
    ++orders[{three[0], three[1], three[2]}];
    const auto six = shuffled.attention[0].row(6);
    for (std::size_t j = 0; j < 6; ++j) ++places[{j, six[j]}];
  }
  ASSERT_EQ(orders.size(), 6U);
  for (const auto& [order, count] : orders)
    EXPECT_NEAR(count, kDraws / 6, 150) << order[0] << order[1];  // 5 sigma
  for (const auto& [place, count] : places) {
    EXPECT_NEAR(count, place.second == 0.25 ? kDraws / 3 : kDraws / 6, 190)
        << place.first << " " << place.second;
  }
}

TEST(EqualWeights, ChangeTheCombinationOnly) {
  const LayerHeads layer = random_heads(5, 4, 8);
  const LayerHeads equal = with_equal_weights(layer);
  EXPECT_EQ(equal.importance, std::vector<double>(4, 0.25));
  EXPECT_TRUE(same_attention(equal, layer));
  const LayerValues weighted = measure_heads(layer, {});
  const LayerValues even = measure_heads(equal, {});
  EXPECT_NE(weighted.combined[Metric::kFidelityMinInner], even.combined[Metric::kFidelityMinInner]);
  EXPECT_EQ(weighted.combined[Metric::kJsDivergence], even.combined[Metric::kJsDivergence]);
  EXPECT_EQ(weighted.heads[2][Metric::kFidelityMinInner], even.heads[2][Metric::kFidelityMinInner]);
}

class Crossed : public testing::TestWithParam<std::pair<std::int64_t, std::int64_t>> {};  // sequences, heads

TEST_P(Crossed, TakesHeadHFromSequenceSPlusH) {
  const auto [sequences, heads] = GetParam();
  std::vector<std::vector<LayerHeads>> all;
  for (std::int64_t s = 0; s < sequences; ++s) {
    const auto seed = static_cast<std::uint64_t>(2 * s);
    all.push_back({random_heads(seed, heads, 5), random_heads(seed + 1, heads, 5)});
  }
  CrossedSequences crossing(sequences);
  std::set<std::int64_t> seen;
  for (const std::vector<LayerHeads>& layers : all) {
    for (const CrossedSequences::Crossed& crossed : crossing.add(layers)) {
      EXPECT_TRUE(seen.insert(crossed.sequence).second);
      ASSERT_EQ(crossed.layers.size(), 2U);
      for (std::size_t l = 0; l < 2; ++l) {
        const LayerHeads& layer = crossed.layers[l];
        for (std::int64_t h = 0; h < heads; ++h) {
          const auto head = static_cast<std::size_t>(h);
          const LayerHeads& source = all[static_cast<std::size_t>((crossed.sequence + h) % sequences)][l];
          EXPECT_TRUE(std::ranges::equal(layer.attention[head].entries(), source.attention[head].entries()));
          for (std::size_t v = head * 10; v < head * 10 + 10; ++v) {
            EXPECT_EQ(layer.values[v], source.values[v]);
            EXPECT_EQ(layer.outputs[v], source.outputs[v]);
          }
        }
      }
    }
  }
  EXPECT_EQ(std::ssize(seen), sequences);
}

INSTANTIATE_TEST_SUITE_P(Shapes, Crossed,
                         testing::Values(std::pair(1, 3), std::pair(2, 3), std::pair(5, 2), std::pair(4, 4),
                                         std::pair(3, 1)));

}  // namespace
}  // namespace headsweep::metrics
