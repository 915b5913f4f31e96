#include "tasks/split.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "tests/tasks/whole_space.h"

namespace headsweep::tasks {
namespace {

// Counts sequences of `length` ids below `ids` by split: {training, held out}.
std::array<int, 2> count_splits(std::int32_t ids, std::size_t length) {
  std::array<int, 2> counts{};
  std::vector<std::int32_t> payload(length, 0);
  while (true) {
    ++counts[split_of(payload) == Split::kTraining ? 0 : 1];
    std::size_t digit = 0;
    while (digit < length && ++payload[digit] == ids) payload[digit++] = 0;
    if (digit == length) return counts;
  }
}

TEST(Split, HoldsOutAtLeastOneInThirtyTwoOfEverySmallSpace) {
  int spaces = 0;
  for (std::int32_t ids = 2; ids <= 4096; ++ids) {
    for (std::size_t length = 1; length <= 12; ++length) {
      const double payloads = std::pow(ids, static_cast<double>(length));
      if (payloads < kFewestPayloads || payloads > 4096) continue;
      const auto [training, held_out] = count_splits(ids, length);
      EXPECT_GE(held_out * 32, training + held_out) << ids << " ids, length " << length;
      EXPECT_GE(training * 2, training + held_out) << ids << " ids, length " << length;
      ++spaces;
    }
  }
  EXPECT_GT(spaces, 4000);
}

TEST(Split, HoldsOutAQuarterOfALargeSpace) {
  const auto [training, held_out] = count_splits(16, 5);
  const double share = held_out / static_cast<double>(training + held_out);
  EXPECT_NEAR(share, 0.25, 5 * std::sqrt(0.25 * 0.75 / (16.0 * 16 * 16 * 16 * 16)));
}

// One changed token changes the split as often as chance would: 2 x 1/4 x 3/4.
TEST(Split, DependsOnEveryPosition) {
  constexpr int kPayloads = 4000;
  const Task& copy = *find_task("copy");
  for (std::size_t place = 0; place < 16; ++place) {
    int changed = 0;
    for (int number = 0; number < kPayloads; ++number) {
      auto payload =
          draw_sample(copy, {16, 16}, 5, Split::kTraining, static_cast<std::uint64_t>(number)).tokens;
      payload[place] = (payload[place] + 1) % 16;
      changed += split_of(payload) == Split::kHeldOut ? 1 : 0;
    }
    EXPECT_NEAR(changed / static_cast<double>(kPayloads), 0.25, 6 * 0.433 / std::sqrt(kPayloads));
  }
}

TEST(Split, HoldsOutTheSamePayloadsForEverySeed) {
  for (std::uint64_t number = 0; number < 200; ++number) {
    for (const std::uint32_t seed : {0U, 1U, 77U}) {
      const Task& copy = *find_task("copy");
      EXPECT_EQ(split_of(draw_sample(copy, {8, 4}, seed, Split::kHeldOut, number).tokens), Split::kHeldOut);
      EXPECT_EQ(split_of(draw_sample(copy, {8, 4}, seed, Split::kTraining, number).tokens), Split::kTraining);
    }
  }
}

TEST(Split, SpacesTooSmallToHoldSomeOutAreRefusedWithTheirSize) {
  EXPECT_EQ(check_payloads(64), std::nullopt);
  EXPECT_EQ(check_payloads(std::numeric_limits<double>::infinity()), std::nullopt);
  EXPECT_EQ(check_payloads(16),
            "has only 16 different payloads and needs 64 to hold some out; raise the length or "
            "the vocabulary");
}

}  // namespace
}  // namespace headsweep::tasks
