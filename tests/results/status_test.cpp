#include "results/status.h"

#include <fstream>

#include "results/verify.h"
#include "sample_store.h"

namespace headsweep::results {
namespace {

using StatusTest = StoreTest;

Status status_of(const std::filesystem::path& path) {
  StoreReader reader(path);
  return read_status(reader);
}

TEST_F(StatusTest, AllDone) {
  make_finished_store(path());
  const Status status = status_of(path());
  EXPECT_EQ(status.sweep, "sample");
  EXPECT_EQ(status.count(TrialState::kDone), 12);
  EXPECT_EQ(status.trials(), 12);
  EXPECT_EQ(status.exit_code(), 0);
  EXPECT_FALSE(status.owner);
  EXPECT_FALSE(status.eta_seconds);
  ASSERT_EQ(status.workers.size(), 1);
  EXPECT_EQ(status.workers[0].done, 12);
  EXPECT_EQ(status.workers[0].state, "finished");
}

TEST_F(StatusTest, FinishedWithFailures) {
  make_finished_store(path(), 3, [](protocol::TrialId trial) { return trial == 4 || trial == 9; });
  const Status status = status_of(path());
  EXPECT_EQ(status.exit_code(), 4);
  ASSERT_EQ(status.failures.size(), 2);
  EXPECT_EQ(status.failures[0].trial, 9);
  EXPECT_EQ(status.failures[0].reason, "diverged");
  EXPECT_EQ(status.failures[0].message, "loss is NaN at step 7");
}

TEST_F(StatusTest, ShowsHowFarAWorkerIs) {
  OwnedStore store(path());
  const FrozenSweep frozen = freeze(store, sample_sweep());
  StoreWriter writer(store, frozen.sweep);
  writer.submit(WorkerSeen{1, {"node1", 4711, "cpu", 1}});
  writer.submit(WorkerSeen{2, {"node1", 4712, "cpu", 1}});
  writer.submit(AttemptStarted{1, 5, 1});
  writer.submit(AttemptStarted{2, 6, 1});
  writer.submit(AttemptStarted{3, 7, 2});
  writer.submit(WorkerProgress{1, 6, 40, 12.5});
  writer.submit(WorkerProgress{2, 4, 99, 10});  // of a trial that it no longer trains
  writer.finish();
  const std::vector<WorkerStatus> workers = status_of(path()).workers;
  ASSERT_EQ(workers.size(), 2U);
  EXPECT_EQ(workers[0].trial, 6);
  EXPECT_EQ(workers[0].step, 40);
  EXPECT_EQ(workers[0].planned_steps, 100);
  EXPECT_EQ(workers[0].steps_per_second, 12.5);
  EXPECT_EQ(workers[1].trial, 7);
  EXPECT_EQ(workers[1].step, std::nullopt);
  StoreReader reader(path());
  EXPECT_TRUE(verify(reader).empty());
}

TEST_F(StatusTest, UnfinishedCountsMoreThanFailed) {
  OwnedStore store(path());
  FrozenSweep frozen = freeze(store, sample_sweep());
  frozen.open.resize(5);
  run_all(store, frozen, [](protocol::TrialId trial) { return trial == 1; });
  const Status status = status_of(path());
  EXPECT_EQ(status.exit_code(), 3);
  EXPECT_EQ(status.unfinished(), 7);
  EXPECT_TRUE(status.owner);
}

TEST_F(StatusTest, ARunOfAnotherHostIsNamedThoughNoLockIsSeen) {
  make_finished_store(path());
  EXPECT_FALSE(status_of(path()).owner_elsewhere);
  const std::filesystem::path file = store_folder(path()) / "owner";
  std::ofstream(file) << to_text(
      {"othernode", 42, "2026-01-02T03:04:05.000Z", "", "2026-01-02T03:04:06.000Z", "boot", 7});
  EXPECT_FALSE(status_of(path()).owner);
  EXPECT_EQ(status_of(path()).owner_elsewhere->pid, 42);
  std::ofstream(file) << to_text(this_process());
  EXPECT_FALSE(status_of(path()).owner_elsewhere) << "of this host its lock says whether it lives";
}

TEST_F(StatusTest, CancelledTrialsAreFinishedAndPrunedOnesDoNotCount) {
  make_finished_store(path());
  sql(path(), "UPDATE trials SET state = 'cancelled' WHERE trial = 1");
  sql(path(), "UPDATE trials SET state = 'pruned' WHERE trial = 2");
  const Status status = status_of(path());
  EXPECT_EQ(status.exit_code(), 0);
  EXPECT_EQ(status.trials(), 11);
}

// Results half a second apart: two a second, and the seven left take three and a half.
TEST_F(StatusTest, RateAndTimeLeftComeFromTheLastResults) {
  OwnedStore store(path());
  FrozenSweep frozen = freeze(store, sample_sweep());
  frozen.open.resize(5);
  run_all(store, frozen);
  sql(path(), "UPDATE attempts SET ended_at = '2025-07-01T12:00:0' || (attempt * 0.5) || 'Z'");
  const Status status = status_of(path());
  EXPECT_NEAR(status.rate.value(), 2, 1e-3);
  EXPECT_NEAR(status.eta_seconds.value(), 3.5, 1e-2);
}

}  // namespace
}  // namespace headsweep::results
