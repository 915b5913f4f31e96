#include "worker/fused/thread_team.h"

#include <atomic>
#include <vector>

#include <gtest/gtest.h>

namespace headsweep::fused {
namespace {

TEST(ThreadTeam, DoesEveryJobOnceInEveryRound) {
  for (const std::size_t threads : {1, 2, 5}) {
    ThreadTeam team(threads);
    EXPECT_EQ(team.size(), threads);
    for (const std::size_t jobs : {0, 1, 3, 100}) {
      for (int round = 0; round < 50; ++round) {
        std::vector<std::atomic<int>> done(jobs);
        team.run(jobs, [&](std::size_t thread, std::size_t job) {
          EXPECT_LT(thread, threads);
          ++done[job];
        });
        for (const auto& times : done) ASSERT_EQ(times, 1);
      }
    }
  }
}

}  // namespace
}  // namespace headsweep::fused
