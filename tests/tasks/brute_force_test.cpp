// Every formula of every task against counting over all its samples.
#include "tests/tasks/brute_force.h"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "tests/tasks/small_shapes.h"

namespace headsweep::tasks {
namespace {

// A sample of the larger split stays unseen with a chance below e^-26.
constexpr int kDrawsOfEach = 20;

class WholeSpace : public testing::TestWithParam<SmallShape> {
 protected:
  WholeSpace()
      : task_(*find_task(GetParam().task)),
        shape_(GetParam().shape),
        size_(GetParam().payloads * GetParam().questions) {}

  [[nodiscard]] std::vector<Sample> samples() const {
    return all_samples(task_, shape_, size_ * kDrawsOfEach);
  }

  const Task& task_;
  TaskShape shape_;
  int size_;  // number of different samples
};

using Tokens = std::vector<std::int32_t>;

std::set<Tokens> payloads_of(const std::map<Sample, int>& samples, std::size_t context) {
  std::set<Tokens> payloads;
  for (const auto& [sample, count] : samples) {
    payloads.emplace(sample.tokens.begin(), sample.tokens.begin() + static_cast<std::ptrdiff_t>(context));
  }
  return payloads;
}

TEST_P(WholeSpace, IsAccepted) {
  EXPECT_EQ(task_.check(shape_), std::nullopt);
}

TEST_P(WholeSpace, HasAsManySamplesAsCountedByHand) {
  EXPECT_EQ(std::ssize(samples()), size_);
}

TEST_P(WholeSpace, CeilingIsTheBestCausalAccuracy) {
  EXPECT_NEAR(task_.ceiling_accuracy(shape_), best_causal_accuracy(samples()), 1e-12);
}

TEST_P(WholeSpace, NoAttentionIsTheBestAccuracyFromTheOwnToken) {
  EXPECT_NEAR(task_.no_attention_accuracy(shape_), best_accuracy_without_attention(samples()), 1e-12);
}

TEST_P(WholeSpace, ContextGuessIsADrawAmongTheCandidates) {
  EXPECT_NEAR(task_.context_guess_accuracy(shape_), guess_accuracy(samples(), GetParam().candidates), 1e-12);
}

TEST_P(WholeSpace, ChanceIsAGuessAmongAllIds) {
  EXPECT_DOUBLE_EQ(task_.chance_accuracy(shape_), 1.0 / static_cast<double>(shape_.vocabulary));
}

TEST_P(WholeSpace, NoPayloadBelongsToBothSplits) {
  const int draws = size_ * kDrawsOfEach;
  auto payloads = payloads_of(count_samples(task_, shape_, Split::kTraining, draws), GetParam().context);
  const auto held_out = payloads_of(count_samples(task_, shape_, Split::kHeldOut, draws), GetParam().context);
  EXPECT_FALSE(held_out.empty());
  const auto expected = payloads.size() + held_out.size();
  payloads.insert(held_out.begin(), held_out.end());
  EXPECT_EQ(payloads.size(), expected);
  EXPECT_EQ(std::ssize(payloads), GetParam().payloads);
}

// Chi-square of the training samples; six standard deviations above its mean.
TEST_P(WholeSpace, SamplesOfASplitAreEquallyLikely) {
  const int draws = size_ * kDrawsOfEach;
  const auto counts = count_samples(task_, shape_, Split::kTraining, draws);
  const auto expected = static_cast<double>(draws) / static_cast<double>(counts.size());
  double chi_square = 0;
  for (const auto& [sample, count] : counts) chi_square += std::pow(count - expected, 2) / expected;
  const auto freedom = static_cast<double>(counts.size() - 1);
  EXPECT_LT(chi_square, freedom + 6 * std::sqrt(2 * freedom));
}

TEST_P(WholeSpace, NeededKeysLieInThePastAndHoldTheTarget) {
  int keyless = 0;
  const auto all = samples();
  for (const Sample& sample : all) {
    std::vector<std::int64_t> keys(sample.tokens.size(), -7);
    task_.needed_keys(shape_, sample.tokens, keys);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const bool has_key = keys[i] != kNoKey;
      if (sample.targets[i] == kNoLoss) {
        ASSERT_FALSE(has_key) << "position " << i;
        continue;
      }
      if (!has_key) {
        ++keyless;
        continue;
      }
      ASSERT_GE(keys[i], 0);
      ASSERT_LE(keys[i], static_cast<std::int64_t>(i));
      EXPECT_EQ(sample.tokens[static_cast<std::size_t>(keys[i])], sample.targets[i]) << "position " << i;
    }
  }
  EXPECT_EQ(keyless, GetParam().keyless * std::ssize(all));
}

TEST_P(WholeSpace, FixedKeysAreThoseOfEverySample) {
  const Sample sample = draw_sample(task_, shape_, 1, Split::kTraining, 0);
  std::vector<std::int64_t> keys(sample.tokens.size());
  task_.needed_keys(shape_, sample.tokens, keys);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto fixed = task_.needed_key(shape_, static_cast<std::int64_t>(i));
    EXPECT_EQ(fixed.value_or(keys[i]), keys[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(, WholeSpace, testing::ValuesIn(small_shapes()),
                         [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace headsweep::tasks
