#include "worker/fused/thread_team.h"

#include <atomic>
#include <stdexcept>
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

TEST(ThreadTeam, ThrowsWhatAJobThrewWhenAllAreDoneAndGoesOn) {
  for (const std::size_t threads : {1, 3}) {
    ThreadTeam team(threads);
    std::atomic<int> done = 0;
    const auto work = [&](std::size_t, std::size_t job) {
      ++done;
      if (job % 10 == 4) throw std::runtime_error("bad");
    };
    EXPECT_THROW(team.run(100, work), std::runtime_error);
    EXPECT_EQ(done, 100);
    EXPECT_NO_THROW(team.run(4, work));
  }
}

}  // namespace
}  // namespace headsweep::fused
