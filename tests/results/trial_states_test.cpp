#include "results/trial_states.h"

#include <gmock/gmock.h>

#include "results/reader.h"
#include "results/verify.h"
#include "sample_store.h"

namespace headsweep::results {
namespace {

using testing::HasSubstr;
using TrialStatesTest = StoreTest;

constexpr std::array<protocol::TrialId, 2> kFailing = {4, 9};

void make_store_with_failures(const std::filesystem::path& path) {
  make_finished_store(path, 3, [](protocol::TrialId trial) { return trial == 4 || trial == 9; });
}

std::int64_t in_state(const std::filesystem::path& path, const std::string& state) {
  return sql_integer(path, "SELECT count(*) FROM trials WHERE state = '" + state + "'");
}

void expect_whole(const std::filesystem::path& path) {
  StoreReader reader(path);
  EXPECT_EQ(verify(reader).size(), 0);
}

TEST_F(TrialStatesTest, RetryPlansEveryFailedTrialAgainWithAllItsRetries) {
  make_store_with_failures(path());
  {
    OwnedStore store(path());
    EXPECT_EQ(retry_trials(store, {}), 2);
    const FrozenSweep frozen = freeze(store, sample_sweep());
    ASSERT_EQ(frozen.open.size(), 2);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(frozen.open[i].trial, kFailing[i]);
      EXPECT_EQ(frozen.open[i].failed_attempts, 0);
    }
    EXPECT_EQ(frozen.failed, 0);
  }
  expect_whole(path());
}

TEST_F(TrialStatesTest, FailuresAfterARetryCountAgain) {
  make_store_with_failures(path());
  OwnedStore store(path());
  retry_trials(store, kFailing);
  run_all(store, freeze(store, sample_sweep()), [](protocol::TrialId) { return true; });
  EXPECT_EQ(in_state(path(), "failed"), 2);
  sql(path(), "UPDATE trials SET state = 'planned' WHERE state = 'failed'");
  EXPECT_EQ(freeze(store, sample_sweep()).open.at(0).failed_attempts, 1);
}

TEST_F(TrialStatesTest, CancelTakesPlannedTrialsOutAndRetryBringsThemBack) {
  {
    OwnedStore store(path());
    freeze(store, sample_sweep());
    EXPECT_EQ(cancel_trials(store, std::array<protocol::TrialId, 3>{2, 3, 3}), 2);
    EXPECT_EQ(freeze(store, sample_sweep()).open.size(), 10);
    EXPECT_EQ(retry_trials(store, std::array<protocol::TrialId, 1>{3}), 1);
    EXPECT_EQ(cancel_trials(store, {}), 11);
    EXPECT_EQ(freeze(store, sample_sweep()).open.size(), 0);
  }
  EXPECT_EQ(in_state(path(), "cancelled"), 12);
  expect_whole(path());
}

TEST_F(TrialStatesTest, OneWrongTrialChangesNothing) {
  make_store_with_failures(path());
  OwnedStore store(path());
  const auto retry = [&](protocol::TrialId wrong) {
    return user_error_of([&] { retry_trials(store, std::array<protocol::TrialId, 2>{4, wrong}); });
  };
  EXPECT_THAT(retry(1), HasSubstr("trial 1 is done: only failed or cancelled trials can be retried"));
  EXPECT_THAT(retry(99), HasSubstr("no trial 99"));
  EXPECT_THAT(user_error_of([&] { cancel_trials(store, kFailing); }),
              HasSubstr("trial 4 is failed: only planned trials can be cancelled"));
  EXPECT_EQ(in_state(path(), "failed"), 2);
}

}  // namespace
}  // namespace headsweep::results
