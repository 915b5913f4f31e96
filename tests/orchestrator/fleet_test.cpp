// What a million trials on ten thousand workers come to, by the production scheduler in virtual time.
#include <gtest/gtest.h>

#include "tests/orchestrator/fleet_simulation.h"

namespace headsweep::orchestrator::testing {
namespace {

// The sanitizers take ten times as long and look for other things: a tenth of it shows them all.
#ifdef __SANITIZE_ADDRESS__
constexpr std::int64_t kPart = 10;
#else
constexpr std::int64_t kPart = 1;
#endif

void expect_all_well(const Fleet& fleet, const FleetOutcome& outcome) {
  EXPECT_EQ(outcome.done, fleet.trials);
  EXPECT_EQ(outcome.done_again, 0);
  EXPECT_EQ(outcome.failed, 0);
  EXPECT_GT(outcome.utilisation, 0.98);
  EXPECT_LT(outcome.makespan, 1.05 * outcome.lower_bound);
}

TEST(FleetTest, AMillionTrialsKeepTenThousandWorkersBusy) {
  Fleet fleet;
  fleet.workers /= kPart;
  fleet.trials /= kPart;
  const FleetOutcome outcome = simulate(fleet);
  expect_all_well(fleet, outcome);
  EXPECT_GT(outcome.workers_lost, 100 / kPart);
  EXPECT_GT(outcome.slots, 1);
  EXPECT_GT(outcome.interrupted, fleet.workers);
  EXPECT_EQ(outcome.overtaken, 0) << "a trial that came back starved";
}

TEST(FleetTest, TheTailIsShortWithAHundredTrialsAWorkerAndWithTen) {
  for (const std::int64_t trials : {1'000, 10'000}) {
    Fleet fleet;
    fleet.workers = 100;
    fleet.trials = trials;
    fleet.arms = 20;
    fleet.straggler_share = 0;
    fleet.losses_an_hour = 0;
    fleet.slot_seconds = 1e6;
    const FleetOutcome outcome = simulate(fleet);
    EXPECT_EQ(outcome.done, fleet.trials);
    EXPECT_LT(outcome.makespan, 1.05 * outcome.lower_bound) << trials << " trials";
  }
}

// A bundle of the full 32 trials begun last would end an hour after the others.
TEST(FleetTest, BundlesShrinkTowardTheEnd) {
  Fleet fleet;
  fleet.workers = 100;
  fleet.trials = 20'000;
  fleet.arms = 20;
  fleet.stack = 32;
  fleet.straggler_share = 0;
  fleet.losses_an_hour = 0;
  fleet.slot_seconds = 1e6;
  const FleetOutcome outcome = simulate(fleet);
  EXPECT_EQ(outcome.done, fleet.trials);
  EXPECT_LT(outcome.makespan, 1.05 * outcome.lower_bound);
}

}  // namespace
}  // namespace headsweep::orchestrator::testing
