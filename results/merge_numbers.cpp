#include "results/merge_numbers.h"

#include <SQLiteCpp/SQLiteCpp.h>

namespace headsweep::results {
namespace {

std::int64_t number(SQLite::Database& database, const std::string& sql) {
  return database.execAndGet(sql).getInt64();
}

void number_sweeps(SQLite::Database& database) {
  database.exec(
      "DROP TABLE IF EXISTS temp.merged_sweeps;"
      "CREATE TEMP TABLE merged_sweeps (old INTEGER PRIMARY KEY, new INTEGER, fresh INTEGER);"
      "INSERT INTO merged_sweeps SELECT s.sweep, coalesce(m.sweep, s.sweep), m.sweep IS NULL"
      " FROM source.sweeps s LEFT JOIN main.sweeps m ON m.hash = s.hash;"
      "UPDATE merged_sweeps SET new = old + (SELECT max(sweep) FROM"
      " (SELECT sweep FROM main.sweeps UNION ALL SELECT sweep FROM source.sweeps))"
      " WHERE fresh AND old IN (SELECT sweep FROM main.sweeps)");
}

void number_trials(SQLite::Database& database) {
  database.exec(
      "DROP TABLE IF EXISTS temp.merged_trials;"
      "CREATE TEMP TABLE merged_trials (old INTEGER PRIMARY KEY, new INTEGER, fresh INTEGER, taken INTEGER);"
      "INSERT INTO merged_trials SELECT s.trial, coalesce(m.trial, s.trial), m.trial IS NULL, 0"
      " FROM source.trials s JOIN merged_sweeps w ON w.old = s.sweep"
      " LEFT JOIN main.trials m ON m.sweep = w.new AND m.key = s.key;"
      "UPDATE merged_trials SET new = old + (SELECT max(trial) FROM"
      " (SELECT max(trial) AS trial FROM main.trials UNION ALL SELECT max(trial) FROM source.trials))"
      " WHERE fresh AND old IN (SELECT trial FROM main.trials);"
      "UPDATE merged_trials SET taken = 1 WHERE old IN (SELECT trial FROM source.results)"
      " AND new NOT IN (SELECT trial FROM main.results)");
}

std::string plus(const std::string& column, std::int64_t offset) {
  return "s." + column + " + " + std::to_string(offset);
}

}  // namespace

MergeNumbers::MergeNumbers(SQLite::Database& database) {
  number_sweeps(database);
  number_trials(database);
  identical_ = number(database, "SELECT count(*) FROM merged_trials WHERE old <> new") == 0 &&
               number(database, "SELECT count(*) FROM merged_sweeps WHERE old <> new") == 0;
  takes_all_ = number(database,
                      "SELECT count(*) FROM source.results WHERE trial NOT IN"
                      " (SELECT old FROM merged_trials WHERE taken)") == 0;
  if (!identical_) {
    renumbering_["trial"] = "(SELECT new FROM merged_trials WHERE old = s.trial)";
    renumbering_["sweep"] = "(SELECT new FROM merged_sweeps WHERE old = s.sweep)";
  }
  const auto last = [&](const std::string& column, const std::string& table) {
    return number(database, "SELECT coalesce(max(" + column + "), 0) FROM main." + table);
  };
  renumbering_["worker"] = plus("worker", last("worker", "workers"));
  renumbering_["run"] = plus("run", last("run", "workers"));
  renumbering_["attempt"] = plus("attempt", last("attempt", "attempts"));
}

}  // namespace headsweep::results
