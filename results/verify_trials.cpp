// `verify`: what follows from a plan and from a trial's settings, computed again.
#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/user_error.h"
#include "results/cells.h"
#include "results/sql_text.h"
#include "results/trial_rows.h"
#include "results/verify_parts.h"
#include "trial/key.h"
#include "trial/sha256.h"

namespace headsweep::results {
namespace {

std::string trial_name(std::int64_t trial) {
  return "trials trial " + std::to_string(trial);
}

// The first column that does not follow from the settings, or "".
std::string wrong_column(const std::vector<std::string>& columns, const std::vector<Cell>& row,
                         const trial::Settings& settings) {
  const std::vector<Cell> derived = derived_trial_cells(settings);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (row[i] != derived[i]) return columns[i];
  }
  return "";
}

void verify_trial(std::int64_t trial, const std::string& settings_json,
                  const std::vector<std::string>& columns, const std::vector<Cell>& row,
                  std::vector<Finding>& findings) {
  try {
    const std::string wrong = wrong_column(columns, row, trial::parse_canonical_json(settings_json));
    if (!wrong.empty()) findings.push_back({trial_name(trial), wrong + " does not follow from the settings"});
  } catch (const UserError& error) {
    findings.push_back({trial_name(trial), std::string("settings cannot be read: ") + error.what()});
  }
}

void verify_hash_of(SQLite::Database& database, const std::string& sql, const std::string& where,
                    std::vector<Finding>& findings) {
  SQLite::Statement statement(database, sql);
  while (statement.executeStep()) {
    if (trial::sha256_hex(statement.getColumn(1).getString()) == statement.getColumn(2).getString()) continue;
    findings.push_back({where + " " + statement.getColumn(0).getString(),
                        "the plan hash is not that of the canonical sweep"});
  }
}

}  // namespace

void verify_plan(SQLite::Database& database, std::vector<Finding>& findings) {
  verify_hash_of(database, "SELECT sweep, canonical, hash FROM sweeps", "sweeps sweep", findings);
  verify_hash_of(database, "SELECT amendment, old_canonical, old_hash FROM amendments",
                 "amendments amendment", findings);
  SQLite::Statement latest(
      database,
      "SELECT s.sweep FROM sweeps s JOIN amendments a ON a.amendment = (SELECT max(amendment) "
      "FROM amendments b WHERE b.sweep = s.sweep) WHERE a.new_hash <> s.hash");
  while (latest.executeStep()) {
    findings.push_back(
        {"sweeps sweep " + latest.getColumn(0).getString(), "the last amendment has another plan hash"});
  }
}

void verify_trials(SQLite::Database& database, std::vector<Finding>& findings) {
  const std::vector<std::string> columns = derived_trial_columns();
  SQLite::Statement statement(database,
                              "SELECT " + join(columns, ", ") + ", trial, settings FROM trials NOT INDEXED");
  const int derived = static_cast<int>(columns.size());
  while (statement.executeStep()) {
    verify_trial(statement.getColumn(derived).getInt64(), statement.getColumn(derived + 1).getString(),
                 columns, read_row(statement), findings);
  }
}

}  // namespace headsweep::results
