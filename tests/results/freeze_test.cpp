#include <fstream>
#include <limits>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include "results/reader.h"
#include "sample_store.h"
#include "trial/key.h"

namespace headsweep::results {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using FreezeTest = StoreTest;

std::vector<protocol::TrialId> numbers(const FrozenSweep& sweep) {
  std::vector<protocol::TrialId> trials;
  for (const OpenTrial& open : sweep.open) trials.push_back(open.trial);
  return trials;
}

TEST_F(FreezeTest, WritesThePlanIntoANewStore) {
  OwnedStore store(path());
  const sweep::Plan plan = sweep::make_plan(sample_sweep());
  const FrozenSweep frozen = freeze(store, sample_sweep());
  EXPECT_EQ(frozen.name, "sample");
  EXPECT_EQ(frozen.hash, plan.hash);
  EXPECT_EQ(frozen.trials, 12);
  EXPECT_EQ(frozen.done, 0);
  EXPECT_EQ(frozen.failed, 0);
  EXPECT_EQ(frozen.next_attempt, 1);
  ASSERT_EQ(frozen.open.size(), plan.trials.size());
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    EXPECT_EQ(frozen.open[i].trial, plan.trials[i].number);
    EXPECT_EQ(frozen.open[i].key, plan.trials[i].key);
    EXPECT_EQ(frozen.open[i].settings, plan.trials[i].settings);
    EXPECT_EQ(frozen.open[i].failed_attempts, 0);
  }
}

TEST_F(FreezeTest, MaterialisesSettings) {
  {
    OwnedStore store(path());
    freeze(store, sample_sweep());
  }
  const Table table =
      sql(path(),
          "SELECT task, heads, head_width, width, mlp_width, mlp_widths, dropout, samples, seed, "
          "init_similarity, penalty, graph, graph_shared, parameter_mismatch "
          "FROM trial_results WHERE trial = 4");
  EXPECT_THAT(table.rows.at(0),
              ElementsAre(Cell("copy"), Cell(std::int64_t{2}), Cell(std::int64_t{4}), Cell(std::int64_t{8}),
                          Cell(std::int64_t{8}), Cell("[8,8]"), Cell(0.0), Cell(std::int64_t{0}),
                          Cell(std::int64_t{0}), Cell(0.0), Cell("none"), Cell("full"), Cell(std::int64_t{0}),
                          Cell(0.0)));
}

TEST_F(FreezeTest, ResumesWithoutExpandingAgain) {
  {
    OwnedStore store(path());
    FrozenSweep frozen = freeze(store, sample_sweep());
    frozen.open.resize(5);
    run_all(store, frozen, [](protocol::TrialId trial) { return trial == 2; });
  }
  OwnedStore store(path());
  sweep::Sweep renamed = sample_sweep();
  renamed.name = "other name";
  renamed.resources.retries = 7;
  const FrozenSweep frozen = store.freeze(renamed, IfChanged::kRefuse, []() -> sweep::Plan {
    ADD_FAILURE() << "expanded";
    return {};
  });
  EXPECT_EQ(frozen.done, 4);
  EXPECT_EQ(frozen.failed, 1);
  EXPECT_EQ(frozen.next_attempt, 6);
  EXPECT_THAT(numbers(frozen), ElementsAre(6, 7, 8, 9, 10, 11, 12));
}

TEST_F(FreezeTest, CountsFailuresOfTheTrialItselfOnly) {
  {
    OwnedStore store(path());
    const FrozenSweep frozen = freeze(store, sample_sweep());
    StoreWriter writer(store, frozen.sweep);
    const auto end = [&](protocol::AttemptId attempt, protocol::TrialId trial, protocol::EndReason reason,
                         bool in_company) {
      writer.submit(AttemptStarted{attempt, trial, 1});
      writer.submit(AttemptEnded{trial, {attempt, reason, "", 9, {}, ""}, TrialState::kPlanned, in_company});
    };
    end(1, 1, protocol::EndReason::kTrainerKilled, false);
    end(2, 1, protocol::EndReason::kWorkerLost, false);
    end(3, 1, protocol::EndReason::kTimeout, false);
    end(4, 2, protocol::EndReason::kCannotStart, false);
    end(5, 3, protocol::EndReason::kTrainerKilled, true);
    writer.finish();
  }
  OwnedStore store(path());
  const FrozenSweep frozen = freeze(store, sample_sweep());
  EXPECT_EQ(frozen.open.at(0).trial, 1);
  EXPECT_EQ(frozen.open.at(0).failed_attempts, 2);
  EXPECT_EQ(frozen.open.at(1).failed_attempts, 0) << "its trainer could not be started";
  EXPECT_EQ(frozen.open.at(2).failed_attempts, 0) << "it failed in company";
  EXPECT_FALSE(frozen.open.at(1).alone);
  EXPECT_TRUE(frozen.open.at(2).alone);
  EXPECT_EQ(frozen.next_attempt, 6);
}

TEST_F(FreezeTest, CanBeStoppedAtAnyTimeAndWritesNothingThen) {
  constexpr std::int64_t kSeeds = 100;
  std::int64_t asked = 0;
  std::int64_t stop_after = std::numeric_limits<std::int64_t>::max();
  OwnerPatience patience;
  patience.is_stopped = [&] { return ++asked > stop_after; };
  const auto freeze_anew = [&] {
    std::filesystem::remove(path());
    OwnedStore store(path(), patience);
    asked = 0;
    return std::ssize(freeze(store, sample_sweep(kSeeds)).open);
  };
  EXPECT_EQ(freeze_anew(), 4 * kSeeds);
  const std::int64_t in_all = asked;
  ASSERT_GT(in_all, 10);
  for (const std::int64_t tenth : {1, 5, 9}) {
    std::filesystem::remove(path());
    OwnedStore store(path(), patience);
    asked = 0;
    stop_after = in_all * tenth / 10;
    EXPECT_THROW(freeze(store, sample_sweep(kSeeds)), StoppedWaiting);
    EXPECT_EQ(store.database().execAndGet("SELECT count(*) FROM trials").getInt(), 0);
    stop_after = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(std::ssize(freeze(store, sample_sweep(kSeeds)).open), 4 * kSeeds);
  }
}

TEST_F(FreezeTest, RefusesAnotherSweepAndNamesTheDifference) {
  make_finished_store(path());
  OwnedStore store(path());
  const std::string message = user_error_of([&] { freeze(store, sample_sweep(5)); });
  EXPECT_THAT(message, HasSubstr("seeds"));
  EXPECT_THAT(message, HasSubstr("--extend"));
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM trials"), 12);
}

// Runs the trials of one head count and leaves the others planned.
void run_only(OwnedStore& store, std::int64_t heads) {
  FrozenSweep frozen = freeze(store, sample_sweep());
  std::erase_if(frozen.open, [&](const OpenTrial& open) { return open.settings.model.heads != heads; });
  run_all(store, frozen);
}

// 1 head goes, 4 heads and a fourth seed come.
sweep::Sweep without_one_head() {
  sweep::Sweep wanted = sample_sweep(4);
  wanted.axes[1].values = {std::int64_t{2}, std::int64_t{4}};
  return wanted;
}

TEST_F(FreezeTest, ExtendReusesByKeyPrunesAndPlans) {
  const sweep::Sweep wanted = without_one_head();
  OwnedStore store(path());
  run_only(store, 2);
  const FrozenSweep frozen = freeze(store, wanted, IfChanged::kExtend);
  EXPECT_EQ(frozen.hash, sweep::plan_hash(wanted));
  EXPECT_EQ(frozen.trials, 16);
  EXPECT_EQ(frozen.done, 6);
  // In plan order: copy x 2 heads x seed 3, copy x 4 heads x 4 seeds, and so for cycle.
  EXPECT_THAT(numbers(frozen), ElementsAre(13, 14, 15, 16, 17, 18, 19, 20, 21, 22));
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM trials WHERE state = 'pruned' AND heads = 1"), 6);
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM layer_results WHERE heads = 1"), 0);
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM layer_metrics"), 24);
  EXPECT_EQ(
      frozen.amendment,
      "amended: axes.model.heads: [1, 2] -> [2, 4]; seeds: 3 -> 4; 6 trials reused, 10 planned, 6 pruned");
  const Table amendment = sql(path(), "SELECT new_hash, reused, planned, pruned FROM amendments");
  ASSERT_EQ(amendment.rows.size(), 1);
  EXPECT_THAT(amendment.rows[0], ElementsAre(Cell(frozen.hash), Cell(std::int64_t{6}), Cell(std::int64_t{10}),
                                             Cell(std::int64_t{6})));
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM events WHERE kind = 'amended'"), 1);
}

TEST_F(FreezeTest, ExtendRefusesToLeaveOutFinishedTrials) {
  OwnedStore store(path());
  run_only(store, 1);
  EXPECT_EQ(user_error_of([&] { freeze(store, without_one_head(), IfChanged::kExtend); }),
            path().string() +
                ": --extend adds seeds and axis values, but this sweep leaves out 6 trials of the store that "
                "are done "
                "(axes.model.heads: [1, 2] -> [2, 4]; seeds: 3 -> 4); use another store");
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM amendments"), 0);
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM trials WHERE state = 'done'"), 6);
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM trials WHERE state = 'pruned'"), 0);
}

sweep::Sweep testing_fidelity() {
  sweep::Sweep wanted = sample_sweep();
  wanted.analysis.primary = {"fidelity_min_inner"};
  return wanted;
}

TEST_F(FreezeTest, ExtendDoesNotChangeWhatIsTestedOnceThereAreResults) {
  OwnedStore store(path());
  run_only(store, 1);
  const std::string hash = sweep::plan_hash(sample_sweep());
  EXPECT_EQ(user_error_of([&] { freeze(store, testing_fidelity(), IfChanged::kExtend); }),
            path().string() +
                ": what is tested was fixed before its results came, but this sweep changes it "
                "(analysis.primary: (not given) -> [\"fidelity_min_inner\"]); ask `headsweep query` about "
                "other metrics, layers and splits, which is exploratory, or use another store");
  EXPECT_EQ(sql_cell(path(), "SELECT hash FROM sweeps"), Cell(hash));
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM amendments"), 0);
}

TEST_F(FreezeTest, ExtendChangesWhatIsTestedBeforeThereAreResults) {
  OwnedStore store(path());
  freeze(store, sample_sweep());
  EXPECT_EQ(freeze(store, testing_fidelity(), IfChanged::kExtend).hash, sweep::plan_hash(testing_fidelity()));
}

// Its first seeds fix the variance: more of them would be chosen by looking.
TEST_F(FreezeTest, ExtendLeavesTheRuleAndTheSeedsOfAReplicatedSweepAlone) {
  sweep::Sweep sweep = sample_sweep(8);
  sweep.replicate = sweep::Replicate{"fidelity_min_inner", 0.5, 20};
  OwnedStore store(path());
  run_all(store, freeze(store, sweep));
  const auto refusal_of = [&](const sweep::Sweep& wanted) {
    return user_error_of([&] { freeze(store, wanted, IfChanged::kExtend); });
  };
  sweep::Sweep wider = sweep;
  wider.replicate->half_width = 1;
  EXPECT_THAT(refusal_of(wider), HasSubstr("(replicate.half_width: 0.5 -> 1.0)"));
  sweep::Sweep more_seeds = sweep;
  more_seeds.seeds.push_back(8);
  EXPECT_THAT(refusal_of(more_seeds), HasSubstr("(seeds: 8 -> 9)"));
  sweep::Sweep more_arms = sweep;
  more_arms.base.model.dropout = 0.25;
  EXPECT_THAT(refusal_of(more_arms), HasSubstr("dropout"));
}

TEST_F(FreezeTest, AnAmendmentIsToldOnlyWhereThePlanChanges) {
  make_finished_store(path());
  OwnedStore store(path());
  EXPECT_EQ(freeze(store, sample_sweep(), IfChanged::kExtend).amendment, "");
  EXPECT_EQ(freeze(store, sample_sweep(4), IfChanged::kExtend).amendment,
            "amended: seeds: 3 -> 4; 12 trials reused, 4 planned, 0 pruned");
}

TEST_F(FreezeTest, PrunedTrialsComeBack) {
  OwnedStore store(path());
  freeze(store, sample_sweep(3));
  EXPECT_EQ(freeze(store, sample_sweep(2), IfChanged::kExtend).trials, 8);
  const FrozenSweep frozen = freeze(store, sample_sweep(3), IfChanged::kExtend);
  EXPECT_EQ(frozen.trials, 12);
  EXPECT_EQ(frozen.open.size(), 12);
}

TEST_F(FreezeTest, StoresClosedNullsOnce) {
  make_finished_store(path());
  {
    OwnedStore store(path());
    freeze(store, sample_sweep(5), IfChanged::kExtend);
  }
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM baselines WHERE trial IS NULL"), 3);
  // Worked example of the definitions: uniform causal attention over 8 positions.
  const Cell hitting =
      sql_cell(path(), "SELECT hitting_time_forward_mean FROM baselines WHERE name = 'uniform'");
  EXPECT_NEAR(std::get<double>(hitting), 3.592067850792, 1e-11);
  EXPECT_EQ(
      sql_integer(path(), "SELECT hitting_time_forward_mean_censored FROM baselines WHERE name = 'identity'"),
      1);
}

TEST_F(FreezeTest, TakesUpAfterALostRun) {
  {
    OwnedStore store(path());
    const FrozenSweep frozen = freeze(store, sample_sweep());
    StoreWriter writer(store, frozen.sweep);
    writer.submit(WorkerSeen{1, {"node1", 4711, "cpu", 1}});
    writer.submit(AttemptStarted{1, 3, 1});
    writer.finish();
  }
  OwnedStore store(path());
  const FrozenSweep frozen = freeze(store, sample_sweep());
  EXPECT_EQ(frozen.open.size(), 12);
  EXPECT_EQ(frozen.next_attempt, 2);
  EXPECT_EQ(sql_cell(path(), "SELECT state FROM attempts"), Cell("interrupted"));
  EXPECT_EQ(sql_cell(path(), "SELECT state FROM workers"), Cell("lost"));
  EXPECT_EQ(sql_cell(path(), "SELECT kind FROM events"), Cell("recovered"));
}

TEST_F(FreezeTest, RefusesWhatIsNoStore) {
  std::ofstream(path()) << "this is a text file that is long enough to have a header of SQLite's length, "
                           "one hundred bytes and more";
  EXPECT_THAT(user_error_of([&] { OwnedStore{path()}; }), HasSubstr("not a SQLite file"));
  EXPECT_FALSE(std::filesystem::exists(store_folder(path())));
}

TEST_F(FreezeTest, RefusesAnotherApplication) {
  { std::ofstream create(path()); }
  sql(path(), "CREATE TABLE notes (text TEXT)");
  EXPECT_THAT(user_error_of([&] { OwnedStore{path()}; }), HasSubstr("another application"));
  EXPECT_FALSE(std::filesystem::exists(store_folder(path())));
}

TEST_F(FreezeTest, RefusesANewerSchema) {
  make_finished_store(path());
  sql(path(), "PRAGMA user_version = 99");
  EXPECT_THAT(user_error_of([&] { OwnedStore{path()}; }), HasSubstr("newer headsweep (schema 99"));
}

TEST_F(FreezeTest, RefusesAFolderAndAMissingFolder) {
  EXPECT_THAT(user_error_of([&] { OwnedStore{path().parent_path()}; }), HasSubstr("is a folder"));
  EXPECT_THAT(user_error_of([&] { StoreReader{path().parent_path()}; }), HasSubstr("is a folder"));
  EXPECT_THAT(user_error_of([&] { OwnedStore{path() / "results.db"}; }), HasSubstr("folder that exists"));
  // Nobody can create files there, whatever their rights.
  EXPECT_THAT(user_error_of([&] { OwnedStore{"/proc/results.db"}; }),
              HasSubstr("folder that exists and can be written"));
}

TEST_F(FreezeTest, RefusesAnEmptyNameAndADevice) {
  EXPECT_THAT(user_error_of([] { OwnedStore{""}; }), HasSubstr("the name of the store is empty"));
  EXPECT_THAT(user_error_of([] { StoreReader{""}; }), HasSubstr("the name of the store is empty"));
  EXPECT_THAT(user_error_of([] { OwnedStore{"/dev/null"}; }), HasSubstr("is a device or a pipe"));
  EXPECT_FALSE(std::filesystem::exists("/dev/null.d"));
}

// To SQLite these mean no file, or options.
TEST_F(FreezeTest, NamesThatMeanSomethingElseToSqliteAreFiles) {
  const std::filesystem::path here = std::filesystem::current_path();
  std::filesystem::current_path(path().parent_path());
  for (const std::filesystem::path name : {":memory:", "file:results.db?mode=memory"}) {
    {
      OwnedStore store(name);
      freeze(store, sample_sweep());
    }
    EXPECT_TRUE(std::filesystem::is_regular_file(path().parent_path() / name));
    EXPECT_NO_THROW(StoreReader{name});
  }
  std::filesystem::current_path(here);
}

TEST_F(FreezeTest, FolderOfAStoreIsNamedAfterIt) {
  EXPECT_EQ(store_folder("demo/results.db"), std::filesystem::path("demo/results.db.d"));
}

}  // namespace
}  // namespace headsweep::results
