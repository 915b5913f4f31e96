#include "results/remeasure.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/user_error.h"
#include "results/clock.h"
#include "results/closed_nulls.h"
#include "results/connection.h"
#include "results/metric_columns.h"
#include "results/result_rows.h"
#include "results/row_insert.h"
#include "results/sums/running_sums.h"
#include "results/tables.h"

namespace headsweep::results {
namespace {

const char* const kMeasuredTables[] = {"layer_metrics", "head_metrics", "sequence_metrics", "node_fidelity",
                                       "baselines"};

// SQLite's errors as a person needs them.
template <class Work>
auto explained(OwnedStore& store, const Work& work) {
  try {
    return work(store.database());
  } catch (const SQLite::Exception& error) {
    throw UserError(describe_problem(error, store.path()));
  }
}

std::int64_t sweep_of(SQLite::Database& database, protocol::TrialId trial) {
  SQLite::Statement statement(database, "SELECT sweep FROM trials WHERE trial = ?");
  statement.bind(1, trial);
  statement.executeStep();
  return statement.getColumn(0).getInt64();
}

void delete_measurements(SQLite::Database& database, protocol::TrialId trial) {
  for (const char* const table : kMeasuredTables) {
    SQLite::Statement statement(database, std::string("DELETE FROM ") + table + " WHERE trial = ?");
    statement.bind(1, trial);
    statement.exec();
  }
}

void count_rows(SQLite::Database& database, protocol::TrialId trial, const protocol::TrialResult& measured) {
  SQLite::Statement update(
      database,
      "UPDATE results SET metrics_version = ?, layer_rows = ?, head_rows = ?, null_rows = ?, "
      "sequence_rows = ?, node_rows = ? WHERE trial = ?");
  update.bind(1, kMetricsVersion);
  update.bind(2, static_cast<std::int64_t>(measured.layers.size()));
  update.bind(3, static_cast<std::int64_t>(measured.heads.size()));
  update.bind(4, static_cast<std::int64_t>(measured.nulls.size()));
  update.bind(5, static_cast<std::int64_t>(measured.sequences.size()));
  update.bind(6, static_cast<std::int64_t>(measured.nodes.size()));
  update.bind(7, trial);
  update.exec();
  RowRehash rehash(database, "results", hashed_columns(find_table("results")), "trial");
  rehash(trial);
}

std::vector<std::int64_t> sweeps_with_old_nulls(SQLite::Database& database) {
  SQLite::Statement statement(
      database, "SELECT DISTINCT sweep FROM baselines WHERE trial IS NULL AND metrics_version < ?");
  statement.bind(1, kMetricsVersion);
  std::vector<std::int64_t> sweeps;
  while (statement.executeStep()) sweeps.push_back(statement.getColumn(0).getInt64());
  return sweeps;
}

}  // namespace

std::vector<OutdatedTrial> outdated_trials(OwnedStore& store) {
  return explained(store, [](SQLite::Database& database) {
    SQLite::Statement statement(
        database,
        "WITH versions AS (SELECT trial, metrics_version FROM results"
        " UNION ALL SELECT trial, metrics_version FROM layer_metrics"
        " UNION ALL SELECT trial, metrics_version FROM head_metrics"
        " UNION ALL SELECT trial, metrics_version FROM baselines WHERE trial IS NOT NULL),"
        " oldest AS (SELECT trial, min(metrics_version) AS version FROM versions GROUP BY trial)"
        " SELECT t.trial, o.version, coalesce(r.model_file, ''),"
        " EXISTS (SELECT 1 FROM curve_metrics c WHERE c.trial = t.trial)"
        " FROM trials t JOIN results r USING (trial) JOIN oldest o USING (trial)"
        " WHERE t.state = 'done' AND o.version < ? ORDER BY t.sweep, t.position");
    statement.bind(1, kMetricsVersion);
    std::vector<OutdatedTrial> trials;
    while (statement.executeStep()) {
      trials.push_back({statement.getColumn(0).getInt64(), statement.getColumn(1).getInt64(),
                        statement.getColumn(2).getString(), statement.getColumn(3).getInt() != 0});
    }
    return trials;
  });
}

void replace_measurements(OwnedStore& store, protocol::TrialId trial, const protocol::TrialResult& measured) {
  explained(store, [&](SQLite::Database& database) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    RunningSums sums(database);
    sums.remove(trial);
    delete_measurements(database, trial);
    ResultRows(database, sweep_of(database, trial)).insert_measurements(trial, measured);
    count_rows(database, trial, measured);
    sums.add(trial, MeasuredRowReader(database)(trial));
    transaction.commit();
  });
}

std::int64_t replace_closed_nulls(OwnedStore& store) {
  return explained(store, [](SQLite::Database& database) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    std::int64_t replaced = 0;
    for (const std::int64_t sweep : sweeps_with_old_nulls(database))
      replaced += renew_closed_nulls(database, sweep);
    transaction.commit();
    return replaced;
  });
}

void record_remeasurement(OwnedStore& store, const std::string& message) {
  explained(store, [&](SQLite::Database& database) {
    RowInsert event(database, "events", hashed_columns(find_table("events")));
    event(std::vector<Cell>{utc_now(), "remeasured", message, Cell(), Cell()});
  });
}

}  // namespace headsweep::results
