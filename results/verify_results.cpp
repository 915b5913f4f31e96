// `verify`: results against trials, and kept weights against their hashes.
#include <fstream>
#include <iterator>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/store.h"
#include "results/verify_parts.h"
#include "trial/sha256.h"

namespace headsweep::results {
namespace {

// Every trial that the query yields is a finding.
void find_trials(SQLite::Database& database, const std::string& sql, const std::string& problem,
                 std::vector<Finding>& findings) {
  SQLite::Statement statement(database, sql);
  while (statement.executeStep())
    findings.push_back({"trial " + statement.getColumn(0).getString(), problem});
}

void verify_row_count(SQLite::Database& database, const std::string& column, const std::string& table,
                      std::vector<Finding>& findings) {
  find_trials(database,
              "SELECT r.trial FROM results r WHERE r." + column + " <> (SELECT count(*) FROM " + table +
                  " m WHERE m.trial = r.trial)",
              "rows of " + table + " are missing", findings);
}

std::string file_problem(const std::filesystem::path& file, const std::string& sha256) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return "kept weights are missing";
  const std::string bytes(std::istreambuf_iterator<char>(stream), {});
  return trial::sha256_hex(bytes) == sha256 ? "" : "kept weights are damaged: their SHA-256 differs";
}

}  // namespace

void verify_results(SQLite::Database& database, std::vector<Finding>& findings) {
  find_trials(database,
              "SELECT trial FROM trials t WHERE state = 'done' AND NOT EXISTS "
              "(SELECT 1 FROM results r WHERE r.trial = t.trial)",
              "is done but has no result", findings);
  find_trials(database,
              "SELECT trial FROM results JOIN trials USING (trial) WHERE state NOT IN ('done', 'pruned')",
              "has a result but is not done", findings);
  find_trials(database,
              "SELECT r.trial FROM results r LEFT JOIN attempts a USING (attempt) "
              "WHERE a.attempt IS NULL OR a.trial <> r.trial OR a.state <> 'done'",
              "has a result of an attempt that did not finish it", findings);
  find_trials(database,
              "SELECT r.trial FROM results r JOIN trials t USING (trial) WHERE r.parameters <> t.parameters",
              "had another number of parameters than planned", findings);
  const std::pair<const char*, const char*> counted[] = {{"layer_rows", "layer_metrics"},
                                                         {"head_rows", "head_metrics"},
                                                         {"null_rows", "baselines"},
                                                         {"curve_rows", "curves"},
                                                         {"curve_layer_rows", "curve_metrics"},
                                                         {"sequence_rows", "sequence_metrics"},
                                                         {"node_rows", "node_fidelity"}};
  for (const auto& [column, table] : counted) verify_row_count(database, column, table, findings);
}

void verify_models(SQLite::Database& database, const std::filesystem::path& store,
                   std::vector<Finding>& findings) {
  // A copy of the file alone: there is nothing to check, and nothing of the results is missing.
  if (!std::filesystem::exists(store_folder(store) / "models")) return;
  SQLite::Statement statement(database,
                              "SELECT model_file, model_sha256 FROM results WHERE model_file IS NOT NULL");
  while (statement.executeStep()) {
    const std::string name = statement.getColumn(0).getString();
    const std::string problem = file_problem(store_folder(store) / name, statement.getColumn(1).getString());
    if (!problem.empty()) findings.push_back({name, problem});
  }
}

}  // namespace headsweep::results
