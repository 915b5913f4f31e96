#include "results/merge_agreement.h"

#include <algorithm>
#include <array>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/tables.h"

namespace headsweep::results {
namespace {

// What says when, where and how fast a trial ran, not what came out.
constexpr std::array<std::string_view, 10> kOfTheRun = {
    "attempt",    "train_seconds", "measure_seconds", "device",   "build",
    "model_file", "model_sha256",  "finished_at",     "row_hash", "baseline"};

struct ComparedTable {
  std::string name;
  std::vector<std::string> key;  // beside the trial
};

std::vector<ComparedTable> compared_tables() {
  return {{"results", {}},
          {"layer_metrics", {"layer", "split"}},
          {"head_metrics", {"layer", "head", "split"}},
          {"curves", {"step"}},
          {"curve_metrics", {"step", "layer", "split"}},
          {"baselines", {"name", "layer", "split"}}};
}

std::string difference_of(const ComparedTable& compared) {
  std::string sql;
  for (const std::string& column : hashed_columns(find_table(compared.name))) {
    if (column == "trial" || column == "sweep" || std::ranges::find(kOfTheRun, column) != kOfTheRun.end())
      continue;
    sql += (sql.empty() ? "" : " OR ") + ("s." + column + " IS NOT m." + column);
  }
  return sql;
}

std::string query_of(const ComparedTable& compared) {
  std::string sql =
      "SELECT t.new FROM merged_trials t JOIN source.results a ON a.trial = t.old"
      " JOIN main.results b ON b.trial = t.new AND b.numerics = a.numerics"
      " AND b.metrics_version = a.metrics_version JOIN source." +
      compared.name + " s ON s.trial = t.old JOIN main." + compared.name + " m ON m.trial = t.new";
  for (const std::string& column : compared.key) sql += " AND m." + column + " = s." + column;
  return sql + " WHERE NOT t.fresh AND NOT t.taken AND (" + difference_of(compared) +
         ") ORDER BY t.new LIMIT 1";
}

}  // namespace

std::optional<Disagreement> find_disagreement(SQLite::Database& database) {
  SQLite::Statement in_both(database, "SELECT 1 FROM merged_trials WHERE NOT fresh LIMIT 1");
  if (!in_both.executeStep()) return std::nullopt;
  for (const ComparedTable& compared : compared_tables()) {
    SQLite::Statement statement(database, query_of(compared));
    if (statement.executeStep()) return Disagreement{statement.getColumn(0).getInt64(), compared.name};
  }
  return std::nullopt;
}

std::vector<std::int64_t> find_other_numerics(SQLite::Database& database) {
  SQLite::Statement statement(database,
                              "SELECT t.new FROM merged_trials t JOIN source.results a ON a.trial = t.old"
                              " JOIN main.results b ON b.trial = t.new AND b.numerics <> a.numerics"
                              " WHERE NOT t.fresh ORDER BY t.new");
  std::vector<std::int64_t> trials;
  while (statement.executeStep()) trials.push_back(statement.getColumn(0).getInt64());
  return trials;
}

}  // namespace headsweep::results
