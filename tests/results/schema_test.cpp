#include "results/schema.h"

#include <algorithm>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/ledger_columns.h"
#include "results/metric_columns.h"
#include "results/reader.h"
#include "results/verify.h"
#include "sample_store.h"

namespace headsweep::results {
namespace {

using SchemaTest = StoreTest;

std::vector<std::string> columns_of(const std::filesystem::path& store, const std::string& view) {
  return sql(store, "SELECT * FROM " + view + " LIMIT 0").columns;
}

void expect_columns(const std::filesystem::path& store, const std::string& view,
                    const std::vector<std::string>& wanted) {
  const std::vector<std::string> columns = columns_of(store, view);
  for (const std::string& name : wanted) {
    EXPECT_EQ(std::ranges::count(columns, name), 1) << view << "." << name;
  }
}

TEST_F(SchemaTest, MarksTheFileAsItsOwn) {
  { const OwnedStore store(path()); }
  EXPECT_EQ(sql_integer(path(), "PRAGMA application_id"), 0x48535750);
  EXPECT_EQ(sql_integer(path(), "PRAGMA user_version"), kSchemaVersion);
  EXPECT_EQ(sql_integer(path(),
                        "SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND strict = 0 "
                        "AND name NOT LIKE 'sqlite_%'"),
            0);
  EXPECT_EQ(std::get<std::string>(sql_cell(path(), "PRAGMA journal_mode")), "delete");
}

// The names that the interface promises.
TEST_F(SchemaTest, ViewsHaveTheColumnsOfTheContract) {
  { const OwnedStore store(path()); }
  expect_columns(path(), "trial_results",
                 {"trial",
                  "sweep",
                  "key",
                  "state",
                  "seed",
                  "task",
                  "heads",
                  "head_width",
                  "width",
                  "layers",
                  "mlp_width",
                  "mlp_widths",
                  "length",
                  "vocabulary",
                  "parameters",
                  "parameter_mismatch",
                  "init_similarity",
                  "init_similarity_value",
                  "penalty",
                  "penalty_weight",
                  "graph",
                  "graph_shared",
                  "learning_rate",
                  "batch",
                  "dropout",
                  "samples",
                  "arm",
                  "settings",
                  "steps",
                  "attempts",
                  "train_loss",
                  "train_accuracy",
                  "loss",
                  "accuracy",
                  "chance_accuracy",
                  "ceiling_accuracy",
                  "steps_to_90",
                  "train_seconds",
                  "measure_seconds",
                  "tokens",
                  "flops",
                  "step_kind",
                  "device",
                  "worker",
                  "build",
                  "checkpoint",
                  "checkpoint_sha256",
                  "finished_at",
                  "numerics"});
  expect_columns(path(), "layer_results",
                 {"trial", "sweep", "seed", "task", "heads", "arm", "layer", "split", "metrics_version"});
  expect_columns(path(), "head_results", {"trial", "heads", "layer", "head", "split", "head_importance"});
  expect_columns(
      path(), "summary",
      {"sweep", "task", "arm", "layer", "split", "seeds", "accuracy", "failure_rate", "divergence_rate",
       "fidelity_min", "fidelity_min_sd", "fidelity_min_low", "fidelity_min_high"});
  expect_columns(path(), "nulls", {"null", "task", "heads", "layer", "metric", "value"});
  expect_columns(path(), "pairs",
                 {"metric", "layer", "split", "arm", "baseline_arm", "seed", "difference", "broken_reason"});
  expect_columns(path(), "curve_results", {"trial", "step", "loss", "accuracy", "layer"});
  expect_columns(path(), "at_accuracy", {"trial", "step", "layer"});
}

TEST_F(SchemaTest, EveryMetricIsAColumnOfItsName) {
  { const OwnedStore store(path()); }
  for (const metrics::MetricInfo& info : metrics::all_metrics()) {
    const std::string name(info.name);
    const bool walk_time = info.scale == metrics::Scale::kWalkTime;
    std::vector<std::string> wanted = {name, name + "_std", name + "_n"};
    if (walk_time) wanted.push_back(name + "_censored");
    for (const std::string view : {"layer_results", "curve_results", "at_accuracy"}) {
      expect_columns(path(), view, wanted);
    }
    if (info.scope != metrics::Scope::kLayer) expect_columns(path(), "head_results", wanted);
  }
}

// As if the store had been written before these settings and metrics existed.
TEST_F(SchemaTest, AddsColumnsThatCameSince) {
  make_finished_store(path());
  {
    SQLite::Database old(path().string(), SQLite::OPEN_READWRITE);
    SQLite::Statement views(old, "SELECT name FROM sqlite_schema WHERE type = 'view'");
    std::vector<std::string> names;
    while (views.executeStep()) names.push_back(views.getColumn(0).getString());
    for (const std::string& name : names) old.exec("DROP VIEW " + name);
    old.exec("ALTER TABLE trials DROP COLUMN dropout");
    old.exec("UPDATE store_info SET value = 'older' WHERE name = 'layout'");
  }
  {
    OwnedStore store(path());
    EXPECT_TRUE(freeze(store, sample_sweep()).open.empty());
  }
  // The setting's default, not what this sweep had: verify says so.
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM trial_results WHERE dropout = 0.1"), 12);
  StoreReader reader(path());
  const std::vector<Finding> findings = verify(reader);
  ASSERT_EQ(findings.size(), 12);
  EXPECT_EQ(findings.front().problem, "dropout does not follow from the settings");
}

// Version 1 had no ledger.
TEST_F(SchemaTest, MigrationFillsTheLedgerOfOlderStores) {
  make_finished_store(path());
  remove_running_sums(path());
  const std::string ledger =
      "SELECT group_concat(parameters_embeddings || ' ' || parameters_attention || ' ' || parameters_mlp || "
      "' ' || "
      "parameters_norms || ' ' || planned_tokens || ' ' || forward_flops || ' ' || backward_flops) FROM "
      "trials";
  const Cell before = sql_cell(path(), ledger);
  {
    SQLite::Database old(path().string(), SQLite::OPEN_READWRITE);
    SQLite::Statement views(old, "SELECT name FROM sqlite_schema WHERE type = 'view'");
    std::vector<std::string> names;
    while (views.executeStep()) names.push_back(views.getColumn(0).getString());
    for (const std::string& name : names) old.exec("DROP VIEW " + name);
    for (const LedgerColumn& column : ledger_columns()) {
      old.exec("ALTER TABLE trials DROP COLUMN " + column.name);
    }
    old.exec("PRAGMA user_version = 1");
  }
  { const OwnedStore store(path()); }
  EXPECT_EQ(sql_integer(path(), "PRAGMA user_version"), kSchemaVersion);
  EXPECT_EQ(sql_cell(path(), ledger), before);
  StoreReader reader(path());
  EXPECT_TRUE(verify(reader).empty());
}

// 2 layers of width 8, 2 heads, MLP 8, length 8, vocabulary 16: counted by hand.
TEST_F(SchemaTest, TheLedgerIsThatOfTheModel) {
  make_finished_store(path());
  EXPECT_EQ(
      std::get<std::string>(sql_cell(
          path(),
          "SELECT parameters_embeddings || ' ' || parameters_attention || ' ' || parameters_mlp || ' ' || "
          "parameters_norms || ' ' || parameters || ' ' || planned_tokens || ' ' || "
          "(backward_flops / forward_flops) FROM trial_results LIMIT 1")),
      "336 576 288 32 1232 40000 2.0");
}

TEST_F(SchemaTest, AddsTablesThatCameSince) {
  make_finished_store(path());
  sql(path(), "DROP TABLE node_fidelity");
  sql(path(), "UPDATE results SET node_rows = NULL");
  sql(path(), "UPDATE store_info SET value = 'older' WHERE name = 'layout'");
  { const OwnedStore store(path()); }
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM node_fidelity"), 0);
}

TEST_F(SchemaTest, NewMetricColumnsLeaveOldRowsWhole) {
  make_finished_store(path());
  {
    SQLite::Database newer(path().string(), SQLite::OPEN_READWRITE);
    newer.exec("ALTER TABLE layer_metrics ADD COLUMN metric_of_the_future REAL");
    newer.exec("DELETE FROM store_info WHERE name = 'schema'");
  }
  StoreReader reader(path());
  const std::vector<Finding> findings = verify(reader);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings.front().where, "schema");
}

TEST_F(SchemaTest, OpeningAgainWritesNothing) {
  make_finished_store(path());
  const std::int64_t before = sql_integer(path(), "SELECT count(*) FROM events");
  const Cell layout = sql_cell(path(), "SELECT value FROM store_info WHERE name = 'schema'");
  { const OwnedStore store(path()); }
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM events"), before);
  EXPECT_EQ(sql_cell(path(), "SELECT value FROM store_info WHERE name = 'schema'"), layout);
}

}  // namespace
}  // namespace headsweep::results
