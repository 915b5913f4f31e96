#include "worker/trainer/dropout_mask.h"

#include <gmock/gmock.h>

#include "random/counter_random.h"

namespace headsweep::trainer {
namespace {

constexpr DropoutPlace kPlace{.seed = 11, .step = 5, .layer = 2};

// The definition, one element at a time.
double attention_decision(const DropoutRule& rule, std::int64_t length, std::int64_t row, std::int64_t head,
                          std::int64_t query, std::int64_t key) {
  const std::int64_t blocks = (length + 7) / 8;
  const auto index = static_cast<std::uint64_t>((row * length + query) * blocks + key / 8);
  const auto layer_and_head = kPlace.layer << 16 | static_cast<std::uint32_t>(head);
  const auto block = random::random_block(kPlace.seed, random::Purpose::kAttentionDropout, kPlace.step,
                                          layer_and_head, index);
  const std::uint32_t bits = block[static_cast<std::size_t>(key % 8 / 2)] >> (key % 2 * 16) & 0xffff;
  return bits >= rule.threshold ? rule.scale : 0;
}

TEST(DropoutMask, RuleKeepsTheExpectation) {
  for (const double probability : {0.0, 0.1, 0.25, 0.95}) {
    const DropoutRule rule = dropout_rule(probability);
    EXPECT_NEAR(rule.threshold / 65536.0, probability, 0.5 / 65536);
    EXPECT_DOUBLE_EQ(rule.scale * (65536 - rule.threshold) / 65536, 1);
  }
  EXPECT_FALSE(dropout_rule(0).drops());
}

TEST(DropoutMask, AttentionFollowsTheDefinitionElementByElement) {
  const DropoutRule rule = dropout_rule(0.3);
  for (const std::int64_t length : {1, 5, 8, 17, 100}) {
    const AttentionMaskFiller<double> filler(length);
    std::vector<double> matrix(static_cast<std::size_t>(length * length), -1);
    filler.fill(rule, kPlace, 3, 7, matrix);
    for (std::int64_t query = 0; query < length; ++query) {
      for (std::int64_t key = 0; key <= query; ++key) {
        ASSERT_EQ(matrix[static_cast<std::size_t>(query * length + key)],
                  attention_decision(rule, length, 3, 7, query, key))
            << "length " << length << " query " << query << " key " << key;
      }
    }
  }
}

TEST(DropoutMask, AttentionAboveTheDiagonalStaysFinite) {
  const AttentionMaskFiller<float> filler(21);
  std::vector<float> matrix(21 * 21, 0);
  filler.fill(dropout_rule(0.5), kPlace, 0, 0, matrix);
  EXPECT_THAT(matrix, testing::Each(testing::AnyOf(0.0F, 2.0F)));
}

TEST(DropoutMask, MlpIsTheSameInOnePieceAndInSeveral) {
  const DropoutRule rule = dropout_rule(0.1);
  std::vector<float> whole(5000);
  fill_mlp_mask<float>(rule, kPlace, 0, whole);
  std::vector<float> pieces(5000);
  fill_mlp_mask<float>(rule, kPlace, 0, std::span(pieces).first(1608));
  fill_mlp_mask<float>(rule, kPlace, 1608, std::span(pieces).subspan(1608));
  EXPECT_EQ(whole, pieces);
}

// Of n independent decisions the number dropped is binomial: five standard deviations are never left by
// chance here, as the numbers are fixed.
TEST(DropoutMask, DropsTheRightFraction) {
  for (const double probability : {0.05, 0.1, 0.5}) {
    const DropoutRule rule = dropout_rule(probability);
    std::vector<float> mask(400'000);
    fill_mlp_mask<float>(rule, kPlace, 0, mask);
    const auto dropped = static_cast<double>(std::ranges::count(mask, 0.0F));
    const auto n = static_cast<double>(mask.size());
    EXPECT_NEAR(dropped, n * probability, 5 * std::sqrt(n * probability * (1 - probability)));
  }
}

// Neighbours, heads, rows, layers and steps must decide independently: joint drops as often as the product
// says.
TEST(DropoutMask, DecisionsOfDifferentPlacesAreIndependent) {
  constexpr std::int64_t kLength = 256;
  const DropoutRule rule = dropout_rule(0.5);
  const AttentionMaskFiller<float> filler(kLength);
  const auto mask = [&](DropoutPlace place, std::int64_t row, std::int64_t head) {
    std::vector<float> matrix(kLength * kLength, 2);
    filler.fill(rule, place, row, head, matrix);
    return matrix;
  };
  const auto base = mask(kPlace, 0, 0);
  const auto agreement = [&](const std::vector<float>& other, std::size_t shift) {
    double equal = 0;
    double count = 0;
    for (std::size_t query = 1; query < kLength; ++query) {
      for (std::size_t key = 0; key + shift <= query; ++key) {
        equal += base[query * kLength + key] == other[query * kLength + key + shift] ? 1 : 0;
        count += 1;
      }
    }
    return (equal - count / 2) / std::sqrt(count / 4);
  };
  EXPECT_LT(std::abs(agreement(base, 1)), 5);
  EXPECT_LT(std::abs(agreement(base, 8)), 5);
  EXPECT_LT(std::abs(agreement(mask(kPlace, 1, 0), 0)), 5);
  EXPECT_LT(std::abs(agreement(mask(kPlace, 0, 1), 0)), 5);
  EXPECT_LT(std::abs(agreement(mask({11, 5, 3}, 0, 0), 0)), 5);
  EXPECT_LT(std::abs(agreement(mask({11, 6, 2}, 0, 0), 0)), 5);
  EXPECT_LT(std::abs(agreement(mask({12, 5, 2}, 0, 0), 0)), 5);
}

}  // namespace
}  // namespace headsweep::trainer
