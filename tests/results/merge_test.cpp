#include "results/merge.h"

#include <fstream>

#include <gmock/gmock.h>

#include "results/owner_lock.h"
#include "results/reader.h"
#include "results/verify.h"
#include "tests/results/sample_store.h"

namespace headsweep::results {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MergeTest : public StoreTest {
 protected:
  [[nodiscard]] fs::path file(const std::string& name) const { return path().parent_path() / name; }

  // One shard of sample_sweep(), trained.
  fs::path make_shard(std::int64_t index, std::int64_t count, std::uint32_t seeds = 3) const {
    const fs::path shard = file(std::to_string(index) + "-of-" + std::to_string(count) + ".db");
    OwnedStore store(shard);
    const sweep::Sweep sweep = sample_sweep(seeds);
    run_all(store, store.freeze(
                       sweep, IfChanged::kRefuse, [&] { return sweep::make_plan(sweep); },
                       sweep::Shard{index, count}));
    return shard;
  }
};

// Every value that people query, whatever the run.
Table results_of(const fs::path& store) {
  return sql(store,
             "SELECT trial, key, state, steps, loss, accuracy, layer, split, mixing_time_paper, fidelity_min "
             "FROM trial_results t JOIN layer_metrics USING (trial) ORDER BY trial, layer, split");
}

std::vector<std::string> findings_of(const fs::path& store) {
  StoreReader reader(store);
  std::vector<std::string> lines;
  for (const Finding& finding : verify(reader)) lines.push_back(finding.where + ": " + finding.problem);
  return lines;
}

TEST_F(MergeTest, MakesTheWholeSweepOfItsShards) {
  const std::vector<fs::path> shards = {make_shard(1, 3), make_shard(2, 3), make_shard(3, 3)};
  make_finished_store(path());
  const MergeReport report = merge_stores(file("out.db"), shards, false);
  EXPECT_EQ(report.trials, 12);
  EXPECT_EQ(report.done, 12);
  EXPECT_THAT(report.notes, IsEmpty());
  EXPECT_THAT(findings_of(file("out.db")), IsEmpty());
  EXPECT_EQ(results_of(file("out.db")).rows, results_of(path()).rows);
  for (const char* table :
       {"layer_metrics", "head_metrics", "curves", "curve_metrics", "baselines", "attempts"}) {
    const std::string count = std::string("SELECT count(*) FROM ") + table;
    EXPECT_EQ(sql_integer(file("out.db"), count), sql_integer(path(), count)) << table;
  }
  OwnedStore whole(file("out.db"));
  EXPECT_THAT(freeze(whole, sample_sweep()).open, IsEmpty());
}

TEST_F(MergeTest, SaysWhichShardsAreMissing) {
  const MergeReport report = merge_stores(file("out.db"), {make_shard(1, 3), make_shard(3, 3)}, false);
  EXPECT_THAT(report.notes, ElementsAre("not the whole sweep: missing are the shards 2/3"));
  EXPECT_THAT(findings_of(file("out.db")), IsEmpty());
  OwnedStore part(file("out.db"));
  EXPECT_THAT(user_error_of([&] { freeze(part, sample_sweep()); }),
              HasSubstr("holds shard 1/3,3/3 of its sweep"));
}

// It is built in a folder of its own, which goes, as do those of merges that were killed.
TEST_F(MergeTest, LeavesNothingBehindButTheStore) {
  const std::vector<fs::path> shards = {make_shard(1, 2), make_shard(2, 2)};
  const fs::path folder = store_folder(file("out.db"));
  fs::create_directories(folder / "building-killed");
  std::ofstream(folder / "building-killed" / "in-use").flush();
  std::ofstream(folder / "building-killed" / "merged.db") << "half";
  merge_stores(file("out.db"), shards, false);
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(folder)) left.push_back(entry.path().filename().string());
  EXPECT_THAT(left, ElementsAre("owner"));
}

TEST_F(MergeTest, TakesEachTrialFromWhereItIsDone) {
  make_finished_store(path(), 3, [](protocol::TrialId trial) { return trial % 2 == 0; });
  make_finished_store(file("other.db"), 3, [](protocol::TrialId trial) { return trial % 2 == 1; });
  EXPECT_EQ(merge_stores(file("out.db"), {path(), file("other.db")}, false).done, 12);
  EXPECT_THAT(findings_of(file("out.db")), IsEmpty());
  EXPECT_EQ(sql_integer(file("out.db"), "SELECT count(*) FROM attempts"),
            sql_integer(path(), "SELECT count(*) FROM attempts") +
                sql_integer(file("other.db"), "SELECT count(*) FROM attempts"));
}

TEST_F(MergeTest, OfEqualTrialsKeepsOne) {
  make_finished_store(path());
  make_finished_store(file("other.db"));
  EXPECT_EQ(merge_stores(file("out.db"), {path(), file("other.db")}, false).done, 12);
  EXPECT_THAT(findings_of(file("out.db")), IsEmpty());
  EXPECT_EQ(results_of(file("out.db")).rows, results_of(path()).rows);
}

TEST_F(MergeTest, RefusesEqualTrialsThatDisagree) {
  make_finished_store(path());
  make_finished_store(file("other.db"));
  for (const char* change : {"UPDATE results SET loss = loss + 1e-9 WHERE trial = 5",
                             "UPDATE head_metrics SET unreachable_positions = 3 WHERE trial = 5"}) {
    sql(file("other.db"), change);
    EXPECT_THAT(user_error_of([&] {
                  merge_stores(file("out.db"), {path(), file("other.db")}, false);
                }),
                HasSubstr("trial 5 of " + file("other.db").string() + " has other values"));
    EXPECT_FALSE(fs::exists(file("out.db")));
    sql(file("other.db"), "UPDATE results SET loss = loss - 1e-9 WHERE trial = 5");
  }
}

TEST_F(MergeTest, HoldsTf32AndFloat32Apart) {
  make_finished_store(path());
  make_finished_store(file("other.db"));
  const auto merge = [&] { merge_stores(file("out.db"), {path(), file("other.db")}, true); };
  sql(file("other.db"), "UPDATE results SET step_kind = 'fused', numerics = '{\"tf32\":true}'");
  merge();  // the eager step of the first goes with both
  sql(path(), "UPDATE results SET step_kind = 'fused' WHERE trial = 5");
  EXPECT_THAT(user_error_of(merge), HasSubstr(file("other.db").string() + " has results with TF32"));
  sql(path(), "UPDATE results SET numerics = '{\"tf32\":true}' WHERE trial = 5");
  merge();
}

TEST_F(MergeTest, OfOtherNumericsKeepsTheFirstAndSaysSo) {
  make_finished_store(path());
  make_finished_store(file("other.db"));
  sql(file("other.db"), "UPDATE results SET numerics = '{}', loss = 99 WHERE trial = 5");
  const MergeReport report = merge_stores(file("out.db"), {path(), file("other.db")}, false);
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("1 trials were trained before with other numerics")));
  EXPECT_EQ(results_of(file("out.db")).rows, results_of(path()).rows);
  EXPECT_EQ(
      sql_integer(file("out.db"), "SELECT trial FROM events WHERE kind = 'merged' AND trial IS NOT NULL"), 5);
  EXPECT_THAT(findings_of(file("out.db")), IsEmpty());
}

// Their trials have the same numbers; one of them gets others.
TEST_F(MergeTest, HoldsSweepsOfOtherPlansApart) {
  make_finished_store(path(), 3);
  make_finished_store(file("other.db"), 2);
  EXPECT_EQ(merge_stores(file("out.db"), {path(), file("other.db")}, false).done, 20);
  EXPECT_EQ(sql_integer(file("out.db"), "SELECT count(DISTINCT sweep) FROM trials"), 2);
  EXPECT_THAT(findings_of(file("out.db")), IsEmpty());
}

TEST_F(MergeTest, LeavesWhatIsThereAloneUnlessToldOtherwise) {
  make_finished_store(path());
  make_finished_store(file("out.db"), 2);
  EXPECT_THAT(user_error_of([&] { merge_stores(file("out.db"), {path()}, false); }),
              HasSubstr("is there already"));
  EXPECT_EQ(merge_stores(file("out.db"), {path()}, true).done, 12);
  EXPECT_THAT(findings_of(file("out.db")), IsEmpty());
}

TEST_F(MergeTest, RefusesStoresThatItCannotTake) {
  make_finished_store(path());
  const auto refusal = [&](const std::vector<fs::path>& stores) {
    return user_error_of([&] { merge_stores(file("out.db"), stores, false); });
  };
  EXPECT_THAT(refusal({path(), file("none.db")}), HasSubstr("no such file"));
  EXPECT_THAT(refusal({path(), path()}), HasSubstr("is named twice"));
  EXPECT_THAT(refusal({file("out.db")}), HasSubstr("no such file"));
  const OwnedStore running(path());
  EXPECT_THAT(refusal({path()}), HasSubstr("is in use by a run on host"));
}

TEST_F(MergeTest, CopiesWeightsAndLogs) {
  make_finished_store(path());
  fs::create_directories(store_folder(path()) / "models");
  fs::create_directories(store_folder(path()) / "logs");
  std::ofstream(store_folder(path()) / "models" / "k.hsm") << "weights";
  std::ofstream(store_folder(path()) / "logs" / "trial-3.log") << "lines";
  merge_stores(file("out.db"), {path()}, false);
  EXPECT_TRUE(fs::exists(store_folder(file("out.db")) / "models" / "k.hsm"));
  EXPECT_EQ(fs::file_size(store_folder(file("out.db")) / "logs" / "trial-3.log"), 5U);
}

}  // namespace
}  // namespace headsweep::results
