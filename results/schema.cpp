#include "results/schema.h"

#include <array>
#include <set>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/user_error.h"
#include "metrics/metric.h"
#include "results/cells.h"
#include "results/ledger_columns.h"
#include "results/row_insert.h"
#include "results/statistics/student_t.h"
#include "results/store.h"
#include "results/store_info.h"
#include "results/sums/running_sums.h"
#include "results/tables.h"
#include "results/triggers.h"
#include "results/views.h"
#include "trial/key.h"
#include "trial/sha256.h"

namespace headsweep::results {
namespace {

using Migration = void (*)(SQLite::Database&);

void create_tables(SQLite::Database& database) {
  for (const TableSpec& table : store_tables()) database.exec(create_table_sql(table));
  database.exec("CREATE INDEX trials_by_arm ON trials (sweep, arm, seed)");
  database.exec("CREATE INDEX trials_by_state ON trials (state)");
  database.exec("CREATE INDEX attempts_by_trial ON attempts (trial)");
  database.exec("CREATE INDEX attempts_by_worker ON attempts (worker, state)");
}

std::set<std::string> existing_columns(SQLite::Database& database, const std::string& table) {
  SQLite::Statement statement(database, "SELECT name FROM pragma_table_info(?)");
  statement.bind(1, table);
  std::set<std::string> names;
  while (statement.executeStep()) names.insert(statement.getColumn(0).getString());
  return names;
}

// Adds the tables and columns that came since the file was written.
void add_columns(SQLite::Database& database) {
  for (const TableSpec& table : store_tables()) {
    const std::set<std::string> existing = existing_columns(database, table.name);
    if (existing.empty()) {
      database.exec(create_table_sql(table));
      continue;
    }
    for (const ColumnSpec& column : table.columns) {
      if (existing.contains(column.name)) continue;
      database.exec("ALTER TABLE " + table.name + " ADD COLUMN " + column.name + " " + column.definition);
    }
  }
}

// The ledger of trials that were planned before it was stored. Settings that cannot be read are left to `verify`.
void add_ledger(SQLite::Database& database) {
  add_columns(database);
  std::string assignments;
  for (const LedgerColumn& column : ledger_columns()) {
    assignments += (assignments.empty() ? "" : ", ") + column.name + " = ?";
  }
  SQLite::Statement update(database, "UPDATE trials SET " + assignments + " WHERE trial = ?");
  SQLite::Statement trials(database, "SELECT trial, settings FROM trials");
  while (trials.executeStep()) {
    try {
      int parameter = 0;
      for (const Cell& cell : ledger_cells(trial::parse_canonical_json(trials.getColumn(1).getString()))) {
        bind_cell(update, ++parameter, cell);
      }
      update.bind(++parameter, trials.getColumn(0).getInt64());
      update.exec();
      update.reset();
    } catch (const UserError&) {
      continue;
    }
  }
}

// Version 2 had neither running sums nor indexes of what failed.
void add_running_sums(SQLite::Database& database) {
  add_columns(database);
  create_triggers(database);
  database.exec("CREATE INDEX trial_values_unsummed ON trial_values (arm) WHERE NOT summed");
  database.exec("CREATE INDEX attempts_failed ON attempts (attempt) WHERE state = 'failed'");
}

// Element v leads from version v to v + 1. Columns of settings and metrics, and new tables need none: see add_columns().
constexpr std::array<Migration, kSchemaVersion> kMigrations = {create_tables, add_ledger, add_running_sums};

void recreate_views(SQLite::Database& database) {
  for (const ViewSpec& view : store_views()) {
    database.exec("DROP VIEW IF EXISTS " + view.name);
    database.exec(view.sql);
  }
}

std::string_view to_text(metrics::Scope scope) {
  switch (scope) {
    case metrics::Scope::kLayer:
      return "layer";
    case metrics::Scope::kHead:
      return "head";
    default:
      return "both";
  }
}

void fill_metrics(SQLite::Database& database) {
  database.exec("DELETE FROM metrics");
  RowInsert insert(database, "metrics", hashed_columns(find_table("metrics")));
  std::int64_t position = 0;
  for (const metrics::MetricInfo& info : metrics::all_metrics()) {
    const bool walk_time = info.scale == metrics::Scale::kWalkTime;
    const std::array<Cell, 6> row = {
        std::string(info.name),           ++position,
        std::string(info.unit),           std::string(walk_time ? "walk_time" : "plain"),
        std::string(to_text(info.scope)), std::string(info.meaning)};
    insert(row);
  }
}

void fill_t_quantiles(SQLite::Database& database) {
  database.exec("DELETE FROM t_quantiles");
  RowInsert insert(database, "t_quantiles", {"df", "t"});
  const auto add = [&](std::int64_t df) { insert(std::array<Cell, 2>{df, student_t_quantile(0.95, df)}); };
  for (std::int64_t df = 1; df <= 100; ++df) add(df);
  for (const std::int64_t df : {120, 150, 200, 300, 500, 1000}) add(df);
}

// Changes whenever this program would lay out a new store differently.
std::string layout_hash() {
  std::string text;
  for (const TableSpec& table : store_tables()) text += create_table_sql(table) + ";\n";
  for (const ViewSpec& view : store_views()) text += view.sql + ";\n";
  for (const metrics::MetricInfo& info : metrics::all_metrics()) {
    text += std::string(info.unit) + " " + std::string(info.meaning) + "\n";
  }
  return trial::sha256_hex(text);
}

}  // namespace

void migrate(SQLite::Database& database) {
  const std::string layout = layout_hash();
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  const int version = database.execAndGet("PRAGMA user_version").getInt();
  if (version == kSchemaVersion && get_info(database, kLayoutInfo) == layout) return;
  for (auto step = static_cast<std::size_t>(version); step < kMigrations.size(); ++step)
    kMigrations[step](database);
  add_columns(database);
  create_test_triggers(database);
  refresh_running_sums(database);
  recreate_views(database);
  fill_metrics(database);
  fill_t_quantiles(database);
  set_info(database, kLayoutInfo, layout);
  set_info(database, kSchemaInfo, schema_hash(database));
  database.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
  database.exec("PRAGMA user_version = " + std::to_string(kSchemaVersion));
  transaction.commit();
}

std::string schema_hash(SQLite::Database& database) {
  SQLite::Statement statement(database,
                              "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') "
                              "FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name");
  std::string text;
  while (statement.executeStep()) text += statement.getColumn(0).getString() + "\n";
  return trial::sha256_hex(text);
}

std::string stored_schema_hash(SQLite::Database& database) {
  return get_info(database, kSchemaInfo);
}

}  // namespace headsweep::results
