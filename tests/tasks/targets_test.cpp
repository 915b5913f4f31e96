// The targets of every task against a slow reading of its definition, on shapes too large to enumerate.
#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tasks/whole_space.h"

namespace headsweep::tasks {
namespace {

using Tokens = std::vector<std::int32_t>;

constexpr int kSamples = 200;

std::vector<Sample> some_samples(std::string_view task, const TaskShape& shape) {
  std::vector<Sample> samples;
  for (std::uint64_t number = 0; number < kSamples; ++number) {
    const Split split = number % 2 == 0 ? Split::kTraining : Split::kHeldOut;
    samples.push_back(draw_sample(*find_task(task), shape, 6, split, number));
  }
  return samples;
}

Tokens slice(const Tokens& tokens, std::size_t first, std::size_t last) {
  return {tokens.begin() + static_cast<std::ptrdiff_t>(first),
          tokens.begin() + static_cast<std::ptrdiff_t>(last)};
}

// The sample that `x SEP y` must be in `length` positions.
Sample teacher_forced(const Tokens& x, const Tokens& y, std::int32_t separator, std::size_t length) {
  Sample sample{x, Tokens(length, kNoLoss)};
  sample.tokens.push_back(separator);
  sample.tokens.insert(sample.tokens.end(), y.begin(), y.end());
  sample.tokens.resize(length, separator);
  std::ranges::copy(y, sample.targets.begin() + static_cast<std::ptrdiff_t>(x.size()));
  return sample;
}

// x is what stands before the first SEP.
Tokens before_separator(const Sample& sample, std::int32_t separator) {
  return {sample.tokens.begin(), std::ranges::find(sample.tokens, separator)};
}

TEST(Targets, ShiftNamesTheTokenSoManyPositionsBack) {
  for (const auto& [tokens, targets] : some_samples("shift", {21, 9, 4})) {
    for (std::size_t i = 0; i < 21; ++i) EXPECT_EQ(targets[i], i < 4 ? kNoLoss : tokens[i - 4]);
  }
}

TEST(Targets, CycleWrapsAround) {
  for (const auto& [tokens, targets] : some_samples("cycle", {21, 9, 4})) {
    for (std::size_t i = 0; i < 21; ++i) EXPECT_EQ(targets[i], tokens[(i + 17) % 21]);
  }
}

TEST(Targets, PrefixParityCountsTheOnes) {
  for (const auto& [tokens, targets] : some_samples("prefix_parity", {40, 9})) {
    int ones = 0;
    for (std::size_t i = 0; i < 40; ++i) {
      ASSERT_TRUE(tokens[i] == 0 || tokens[i] == 1);
      ones += tokens[i];
      EXPECT_EQ(targets[i], ones % 2);
    }
  }
}

TEST(Targets, InductionContinuesTheEarlierOccurrence) {
  for (const auto& [tokens, targets] :
       some_samples("induction", {.length = 30, .vocabulary = 23, .queries = 9})) {
    EXPECT_EQ(std::set<std::int32_t>(tokens.begin(), tokens.begin() + 21).size(), 21U);
    EXPECT_EQ(std::set<std::int32_t>(tokens.begin() + 21, tokens.end()).size(), 9U) << "queries differ";
    for (std::size_t i = 0; i < 30; ++i) {
      std::int32_t followed_by = kNoLoss;
      for (std::size_t j = 0; i >= 21 && j + 1 < 21; ++j) {
        if (tokens[j] == tokens[i]) followed_by = tokens[j + 1];
      }
      EXPECT_EQ(targets[i], followed_by);
      EXPECT_EQ(targets[i] == kNoLoss, i < 21);
    }
  }
}

TEST(Targets, RecallNamesTheValueBesideTheKey) {
  constexpr TaskShape kShape = {.length = 30, .vocabulary = 24, .pairs = 8, .queries = 12};
  for (const auto& [tokens, targets] : some_samples("associative_recall", kShape)) {
    std::map<std::int32_t, std::int32_t> value_of;
    for (std::size_t i = 0; i < 16; i += 2) {
      EXPECT_LT(tokens[i], 11);
      EXPECT_TRUE(tokens[i + 1] >= 11 && tokens[i + 1] < 23);
      value_of[tokens[i]] = tokens[i + 1];
    }
    EXPECT_EQ(value_of.size(), 8U) << "keys differ";
    for (std::size_t i = 16; i < 28; ++i) EXPECT_EQ(targets[i], value_of.at(tokens[i]));
    EXPECT_EQ(slice(targets, 0, 16), Tokens(16, kNoLoss));
    EXPECT_EQ(slice(tokens, 28, 30), Tokens(2, 23));
    EXPECT_EQ(slice(targets, 28, 30), Tokens(2, kNoLoss));
  }
}

TEST(Targets, SelectiveCopyLeavesTheFillersOut) {
  for (const auto& [tokens, targets] :
       some_samples("selective_copy", {.length = 30, .vocabulary = 12, .queries = 7})) {
    Tokens data = slice(tokens, 0, 23);
    std::erase(data, 10);
    EXPECT_EQ(data, slice(targets, 23, 30));
    EXPECT_EQ(slice(targets, 0, 23), Tokens(23, kNoLoss));
    EXPECT_EQ(slice(tokens, 23, 30), Tokens(7, 11));
    EXPECT_THAT(data, testing::Each(testing::Lt(10)));
  }
}

// The task, and y for a given x (shift 3).
struct Separated {
  std::string name;
  std::function<Tokens(const Tokens&)> output;
  std::size_t payload;  // |x| in 25 positions
};

class SeparatedTargets : public testing::TestWithParam<Separated> {};

TEST_P(SeparatedTargets, AreYOneAheadOfTheTokens) {
  const auto& [name, output, payload] = GetParam();
  for (const Sample& sample : some_samples(name, {25, 30, 3})) {
    const Tokens x = before_separator(sample, 29);
    EXPECT_EQ(x.size(), payload);
    EXPECT_EQ(sample, teacher_forced(x, output(x), 29, 25));
  }
}

Tokens reversed(const Tokens& x) {
  return {x.rbegin(), x.rend()};
}

Tokens sorted(const Tokens& x) {
  const std::multiset<std::int32_t> ordered(x.begin(), x.end());
  EXPECT_EQ(std::set<std::int32_t>(x.begin(), x.end()).size(), x.size()) << "tokens to sort differ";
  return {ordered.begin(), ordered.end()};
}

Tokens twice(const Tokens& x) {
  Tokens y = x;
  y.insert(y.end(), x.begin(), x.end());
  return y;
}

Tokens without_first_three(const Tokens& x) {
  return slice(x, 3, x.size());
}

Tokens last_three_first(const Tokens& x) {
  Tokens y = slice(x, x.size() - 3, x.size());
  for (std::size_t i = 0; i + 3 < x.size(); ++i) y.push_back(x[i]);
  return y;
}

Tokens between_brackets(const Tokens& x) {
  const auto opening = std::ranges::find(x, 27);
  const auto closing = std::ranges::find(x, 28);
  EXPECT_EQ(std::ranges::count(x, 27) + std::ranges::count(x, 28), 2);
  EXPECT_TRUE(closing - opening >= 2 && closing - opening <= 9);
  return {opening + 1, closing + 1};
}

INSTANTIATE_TEST_SUITE_P(, SeparatedTargets,
                         testing::Values(Separated{"reverse", reversed, 12}, Separated{"sort", sorted, 12},
                                         Separated{"duplicate", twice, 8},
                                         Separated{"left_shift", without_first_three, 12},
                                         Separated{"cyclic_shift", last_three_first, 12},
                                         Separated{"bracketed_copy", between_brackets, 16}),
                         [](const auto& param) { return param.param.name; });

// Pairing: tasks with equal payloads are trained on equal ones.
TEST(Payloads, AreSharedBetweenTasksThatDrawThemAlike) {
  const auto tokens = [](std::string_view task, std::size_t payload) {
    const Sample sample = draw_sample(*find_task(task), {24, 16, 2}, 3, Split::kTraining, 41);
    return slice(sample.tokens, 0, payload);
  };
  EXPECT_EQ(tokens("copy", 24), tokens("shift", 24));
  EXPECT_EQ(tokens("copy", 24), tokens("cycle", 24));
  EXPECT_EQ(tokens("reverse", 12), tokens("left_shift", 12));
  EXPECT_EQ(tokens("reverse", 12), tokens("cyclic_shift", 12));
}

}  // namespace
}  // namespace headsweep::tasks
