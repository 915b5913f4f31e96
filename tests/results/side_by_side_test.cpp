#include "results/side_by_side.h"

#include <atomic>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace headsweep::results {
namespace {

TEST(SideBySide, DoesEveryPartOnce) {
  for (const std::size_t parts : {0, 1, 2, 17}) {
    std::vector<std::atomic<int>> done(parts);
    side_by_side(parts, [&](std::size_t part) { ++done[part]; });
    for (const auto& times : done) EXPECT_EQ(times, 1);
  }
}

TEST(SideBySide, ThrowsWhatAPartThrowsWhenAllHaveEnded) {
  for (const std::size_t bad : {0, 2}) {
    std::atomic<int> ended = 0;
    const auto work = [&](std::size_t part) {
      ++ended;
      if (part == bad) throw std::runtime_error("bad");
    };
    EXPECT_THROW(side_by_side(4, work), std::runtime_error);
    EXPECT_EQ(ended, 4);
  }
}

TEST(SideBySide, ThreadsAtOnceStayInTheirRange) {
  EXPECT_EQ(threads_at_once(1), 1U);
  EXPECT_GE(threads_at_once(1000), 1U);
}

}  // namespace
}  // namespace headsweep::results
