// Running sums against the rows they are made of: whatever the order of results, and whatever is done to a store.
#include "results/sums/running_sums.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include "results/extend.h"
#include "results/merge.h"
#include "results/query.h"
#include "results/reader.h"
#include "results/remeasure.h"
#include "results/render.h"
#include "results/status.h"
#include "results/trial_states.h"
#include "results/verify.h"
#include "sample_store.h"

namespace headsweep::results {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint32_t kManySeeds = 40;  // enough for sums: see kSummedAtOnce

std::vector<std::string> findings_of(const fs::path& store) {
  StoreReader reader(store);
  std::vector<std::string> lines;
  for (const Finding& finding : verify(reader)) lines.push_back(finding.where + ": " + finding.problem);
  return lines;
}

Table summary_of(const fs::path& store, std::vector<std::string> where = {}) {
  StoreReader reader(store);
  Query query;
  query.where = std::move(where);
  return run_query(reader, query);
}

// Every digit.
std::string text_of(const Table& table) {
  return render(table, Format::kJson);
}

void expect_close(const Table& table, const Table& expected) {
  ASSERT_EQ(table.columns, expected.columns);
  ASSERT_EQ(table.rows.size(), expected.rows.size());
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      const Cell& cell = table.rows[row][column];
      const auto* const number = std::get_if<double>(&expected.rows[row][column]);
      const auto* const actual = std::get_if<double>(&cell);
      if (number == nullptr || actual == nullptr) {
        EXPECT_EQ(cell, expected.rows[row][column]) << table.columns[column] << ", row " << row;
      } else {
        EXPECT_NEAR(*actual, *number, 1e-10 * std::max(1.0, std::abs(*number)))
            << table.columns[column] << ", row " << row;
      }
    }
  }
}

class RunningSumsTest : public StoreTest {
 protected:
  [[nodiscard]] fs::path file(const std::string& name) const { return path().parent_path() / name; }

  // What the view makes of all rows.
  [[nodiscard]] Table view() const {
    return sql(path(), "SELECT * FROM summary ORDER BY sweep, task, heads, arm, layer, split");
  }

  [[nodiscard]] std::int64_t summed() const {
    return sql_integer(path(), "SELECT count(*) FROM trial_values WHERE summed");
  }
};

bool every_seventh(protocol::TrialId trial) {
  return trial % 7 == 0;
}

TEST_F(RunningSumsTest, SummaryIsTheViewWithoutSums) {
  make_finished_store(path(), 5, every_seventh);
  EXPECT_EQ(summed(), 0);
  expect_close(summary_of(path()), view());
}

TEST_F(RunningSumsTest, SummaryIsTheViewWithSums) {
  make_finished_store(path(), kManySeeds, every_seventh);
  EXPECT_GT(summed(), 100);
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM arm_sums WHERE name = 'untrained'"), 4);
  expect_close(summary_of(path()), view());
  EXPECT_THAT(findings_of(path()), IsEmpty());
}

TEST_F(RunningSumsTest, AnArmWithoutResultsHasARow) {
  make_finished_store(path(), 2, [](protocol::TrialId trial) { return trial <= 2; });
  const Table table = summary_of(path(), {"heads=1", "task=copy"});
  ASSERT_EQ(table.rows.size(), 1U);
  expect_close(summary_of(path()), view());
}

TEST_F(RunningSumsTest, ConditionsHoldOfAnyColumn) {
  make_finished_store(path(), 3);
  EXPECT_EQ(summary_of(path(), {"heads=2"}).rows.size(), 8U);
  EXPECT_EQ(summary_of(path(), {"heads=2", "layer=1", "split=train"}).rows.size(), 2U);
  EXPECT_EQ(summary_of(path(), {"fidelity_min_n=3"}).rows.size(), 16U);
  EXPECT_EQ(summary_of(path(), {"js_divergence_untrained=null"}).rows.size(), 12U);
  EXPECT_THAT(user_error_of([&] { summary_of(path(), {"layer=last"}); }),
              testing::HasSubstr("holds numbers"));
}

TEST_F(RunningSumsTest, TheSummaryOfSumsHasDivergedTrialsToo) {
  make_finished_store(path(), 4, [](protocol::TrialId trial) { return trial <= 2; });
  sql(path(), "UPDATE attempts SET reason = 'timeout' WHERE trial = 1");
  EXPECT_EQ(summary_of(path(), {"divergence_rate=0.25", "failure_rate=0.5"}).rows.size(), 4U);
  expect_close(summary_of(path()), view());
}

// Trials end in another order, in several runs, some only at the second attempt.
TEST_F(RunningSumsTest, NumbersDoNotDependOnTheOrderOfResults) {
  make_finished_store(path(), kManySeeds);
  {
    OwnedStore store(file("other.db"));
    FrozenSweep sweep = freeze(store, sample_sweep(kManySeeds));
    std::mt19937 random(7);
    std::ranges::shuffle(sweep.open, random);
    FrozenSweep first = sweep;
    first.open.resize(50);
    run_all(store, first, every_seventh);
    retry_trials(store, {});
    FrozenSweep rest = freeze(store, sample_sweep(kManySeeds));
    std::ranges::shuffle(rest.open, random);
    run_all(store, rest);
  }
  EXPECT_EQ(text_of(summary_of(file("other.db"))), text_of(summary_of(path())));
  EXPECT_THAT(findings_of(file("other.db")), IsEmpty());
}

// Before a trial is in the sums its rows are read: with equal results.
TEST_F(RunningSumsTest, NumbersDoNotDependOnWhatIsSummed) {
  make_finished_store(path(), kManySeeds);
  const std::string expected = text_of(summary_of(path()));
  sql(path(), "DELETE FROM arm_sums");
  sql(path(), "UPDATE trial_values SET summed = 0");
  EXPECT_EQ(text_of(summary_of(path())), expected);
}

TEST_F(RunningSumsTest, MergedStoresHaveTheSumsOfTheirShards) {
  make_finished_store(path(), 3 * kManySeeds);
  std::vector<fs::path> shards;
  for (const std::int64_t index : {1, 2}) {
    shards.push_back(file(std::to_string(index) + ".db"));
    OwnedStore store(shards.back());
    const sweep::Sweep sweep = sample_sweep(3 * kManySeeds);
    run_all(store,
            store.freeze(
                sweep, IfChanged::kRefuse, [&] { return sweep::make_plan(sweep); }, sweep::Shard{index, 2}));
  }
  merge_stores(file("out.db"), shards, false);
  EXPECT_THAT(findings_of(file("out.db")), IsEmpty());
  EXPECT_EQ(text_of(summary_of(file("out.db"))), text_of(summary_of(path())));
}

// Where both have a trial, one counts.
TEST_F(RunningSumsTest, MergedStoresThatOverlapCountTrialsOnce) {
  make_finished_store(path(), kManySeeds);
  make_finished_store(file("a.db"), kManySeeds, [](protocol::TrialId trial) { return trial % 4 == 0; });
  make_finished_store(file("b.db"), kManySeeds, [](protocol::TrialId trial) { return trial % 4 == 1; });
  merge_stores(file("out.db"), {file("a.db"), file("b.db")}, false);
  EXPECT_THAT(findings_of(file("out.db")), IsEmpty());
  EXPECT_EQ(text_of(summary_of(file("out.db"))), text_of(summary_of(path())));
}

TEST_F(RunningSumsTest, FollowMeasurementsThatAreReplaced) {
  make_finished_store(path(), kManySeeds);
  const std::string before = text_of(summary_of(path()));
  {
    OwnedStore store(path());
    replace_measurements(store, 3, sample_result(1003));
  }
  expect_close(summary_of(path()), view());
  EXPECT_THAT(findings_of(path()), IsEmpty());
  EXPECT_NE(text_of(summary_of(path())), before);
  {
    OwnedStore store(path());
    replace_measurements(store, 3, sample_result(3));
  }
  EXPECT_EQ(text_of(summary_of(path())), before);
}

TEST_F(RunningSumsTest, CountsFollowStates) {
  make_finished_store(path(), 3, [](protocol::TrialId trial) { return trial == 1 || trial == 8; });
  EXPECT_EQ(sql_integer(path(), "SELECT sum(done) * 100 + sum(failed) * 10 + sum(planned) FROM arms"), 1020);
  {
    OwnedStore store(path());
    const protocol::TrialId failed[] = {1, 8};
    retry_trials(store, failed);
    cancel_trials(store, std::span(failed).first(1));
  }
  EXPECT_EQ(sql_integer(path(), "SELECT sum(done) * 100 + sum(cancelled) * 10 + sum(planned) FROM arms"),
            1011);
  EXPECT_THAT(findings_of(path()), IsEmpty());
}

TEST_F(RunningSumsTest, FollowAnAnalysisThatIsAmended) {
  {
    OwnedStore store(path());
    freeze(store, sample_sweep(4));
    sweep::Sweep sweep = sample_sweep(5);
    sweep.analysis.layers = "last";
    sweep.analysis.primary = {"linear_cka"};
    run_all(store, freeze(store, sweep, IfChanged::kExtend));
  }
  EXPECT_THAT(findings_of(path()), IsEmpty());
  expect_close(summary_of(path()), view());
}

TEST_F(RunningSumsTest, OlderStoresAreReadAsTheyAre) {
  make_finished_store(path(), 5, every_seventh);
  const Table expected = summary_of(path());
  remove_running_sums(path());
  expect_close(summary_of(path()), expected);
  StoreReader reader(path());
  EXPECT_EQ(read_status(reader).count(TrialState::kDone), 18);
}

TEST_F(RunningSumsTest, OlderStoresGetTheirSums) {
  make_finished_store(path(), kManySeeds, every_seventh);
  const std::string expected = text_of(summary_of(path()));
  const std::int64_t trials = summed();
  remove_running_sums(path());
  { const OwnedStore store(path()); }
  EXPECT_GE(summed(), trials);
  EXPECT_EQ(text_of(summary_of(path())), expected);
  EXPECT_THAT(findings_of(path()), IsEmpty());
}

TEST_F(RunningSumsTest, VerifyFindsWhatIsNotTheSum) {
  make_finished_store(path(), kManySeeds);
  sql(path(),
      "UPDATE arm_sums SET sums = (SELECT sums FROM arm_sums WHERE arm = 2 LIMIT 1) WHERE arm = 1"
      " AND name = 'trained' AND layer = 0 AND split = 'train'");
  sql(path(),
      "UPDATE trial_values SET compared = (SELECT compared FROM trial_values WHERE trial = 6)"
      " WHERE trial = 5");
  sql(path(), "UPDATE arms SET done = done + 1 WHERE number = 3");
  const std::string arm = std::get<std::string>(sql_cell(path(), "SELECT arm FROM arms WHERE number = 3"));
  EXPECT_THAT(
      findings_of(path()),
      ElementsAre("arms arm " + arm + ": the numbers of its trials by state are not what its trials say",
                  "trial_values trial 5: is not what its results say",
                  "arm_sums arm 1: is not the sum of its trials' results"));
}

TEST_F(RunningSumsTest, VerifyFindsTrialsThatAreMissing) {
  make_finished_store(path(), 2);
  sql(path(), "DELETE FROM trial_values WHERE trial = 4");
  EXPECT_THAT(findings_of(path()), ElementsAre("trial_values trial 4: is not what its results say"));
}

}  // namespace
}  // namespace headsweep::results
