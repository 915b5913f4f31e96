#include "results/remeasure.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include "results/metric_columns.h"
#include "results/row_insert.h"
#include "results/tables.h"
#include "results/verify.h"
#include "sample_store.h"

namespace headsweep::results {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kMeasured = {"results", "layer_metrics", "head_metrics", "baselines"};

// Gives rows the version and the hashes of an older program.
void make_older(const std::filesystem::path& store, const std::string& where,
                const std::vector<std::string>& tables = kMeasured) {
  SQLite::Database database(store.string(), SQLite::OPEN_READWRITE, 10'000);
  for (const std::string& table : tables) {
    SQLite::Statement rows(database, "SELECT rowid FROM " + table + " WHERE " + where);
    std::vector<std::int64_t> keys;
    while (rows.executeStep()) keys.push_back(rows.getColumn(0).getInt64());
    RowRehash rehash(database, table, hashed_columns(find_table(table)), "rowid");
    for (const std::int64_t key : keys) {
      SQLite::Statement update(database, "UPDATE " + table + " SET metrics_version = 1 WHERE rowid = ?");
      update.bind(1, key);
      update.exec();
      rehash(key);
    }
  }
}

std::vector<Finding> findings(const std::filesystem::path& store) {
  StoreReader reader(store);
  return verify(reader);
}

class RemeasureTest : public StoreTest {
 protected:
  void SetUp() override { make_finished_store(path()); }
};

TEST_F(RemeasureTest, ANewStoreHasNothingOutdated) {
  OwnedStore store(path());
  EXPECT_TRUE(outdated_trials(store).empty());
  EXPECT_EQ(replace_closed_nulls(store), 0);
}

TEST_F(RemeasureTest, FindsTrialsOfAnOlderVersion) {
  make_older(path(), "trial IN (3, 5)");
  sql(path(), "UPDATE results SET model_file = 'models/x.hsm' WHERE trial = 5");
  OwnedStore store(path());
  const std::vector<OutdatedTrial> outdated = outdated_trials(store);
  ASSERT_EQ(outdated.size(), 2U);
  EXPECT_EQ(outdated[0].trial, 3);
  EXPECT_EQ(outdated[0].model_file, "");
  EXPECT_TRUE(outdated[0].has_curve_metrics);
  EXPECT_EQ(outdated[1].metrics_version, 1);
  EXPECT_EQ(outdated[1].model_file, "models/x.hsm");
}

TEST_F(RemeasureTest, ReplacesWhatWasMeasuredAndNothingElse) {
  make_older(path(), "trial = 3");
  const Cell accuracy = sql_cell(path(), "SELECT accuracy FROM trial_results WHERE trial = 3");
  const Cell finished = sql_cell(path(), "SELECT finished_at FROM trial_results WHERE trial = 3");
  {
    OwnedStore store(path());
    protocol::TrialResult measured{};
    measured.layers = {sample_result(1003).layers.front()};
    measured.nodes = {{0, protocol::Split::kTrain, 4, 0.5, 0.1, 2, 0, 8}};
    replace_measurements(store, 3, measured);
    EXPECT_TRUE(outdated_trials(store).empty());
  }
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM layer_results WHERE trial = 3"), 1);
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM head_results WHERE trial = 3"), 0);
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM node_fidelity WHERE trial = 3"), 1);
  EXPECT_EQ(sql_cell(path(), "SELECT fidelity_min FROM layer_results WHERE trial = 3"),
            Cell(sample_metric(1003, 0, protocol::Split::kTrain, metrics::Metric::kFidelityMin)));
  EXPECT_EQ(sql_cell(path(), "SELECT accuracy FROM trial_results WHERE trial = 3"), accuracy);
  EXPECT_EQ(sql_cell(path(), "SELECT finished_at FROM trial_results WHERE trial = 3"), finished);
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM layer_results WHERE trial = 4"), 4);
  EXPECT_TRUE(findings(path()).empty());
}

TEST_F(RemeasureTest, ClosedNullsAreMeasuredAnew) {
  const std::string value =
      "SELECT hitting_time_forward_max FROM baselines WHERE name = 'uniform' AND trial IS NULL";
  const Cell before = sql_cell(path(), value);
  make_older(path(), "trial IS NULL");
  sql(path(), "UPDATE baselines SET hitting_time_forward_max = 7 WHERE trial IS NULL");
  {
    OwnedStore store(path());
    EXPECT_EQ(replace_closed_nulls(store), 3);
  }
  EXPECT_EQ(sql_cell(path(), value), before);
  EXPECT_TRUE(findings(path()).empty());
}

TEST_F(RemeasureTest, IsRefusedWhileARunIsActive) {
  const OwnedStore run(path());
  EXPECT_THAT(user_error_of([&] { OwnedStore{path()}; }), HasSubstr("in use by a run"));
}

TEST_F(RemeasureTest, SequencesAndPositionsAreRows) {
  OwnedStore store(path());
  protocol::TrialResult measured{};
  measured.sequences = {{0, std::nullopt, protocol::Split::kTrain, 0, {}},
                        {0, 1, protocol::Split::kTrain, 0, {}}};
  metrics::MetricValues& values = measured.sequences[0].metrics;
  values[metrics::Metric::kMixingTimeForward] = std::numeric_limits<double>::infinity();
  values[metrics::Metric::kMixingTimeBackward] = 17;
  values[metrics::Metric::kFidelityMin] = 0.25;
  replace_measurements(store, 3, measured);
  const std::string from = " FROM sequence_metrics WHERE trial = 3 AND head IS NULL";
  EXPECT_EQ(sql_cell(path(), "SELECT mixing_time_forward" + from), Cell());
  EXPECT_EQ(sql_integer(path(), "SELECT mixing_time_forward_censored" + from), 1);
  EXPECT_EQ(sql_integer(path(), "SELECT mixing_time_backward_censored" + from), 0);
  EXPECT_EQ(sql_cell(path(), "SELECT fidelity_min" + from), Cell(0.25));
  EXPECT_EQ(sql_cell(path(), "SELECT hitting_time_forward_max_censored" + from), Cell());
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM sequence_metrics WHERE head = 1"), 1);
  EXPECT_TRUE(findings(path()).empty());
}

}  // namespace
}  // namespace headsweep::results
