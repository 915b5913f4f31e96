#include "results/merge_sums.h"

#include <utility>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/store_info.h"
#include "results/sums/running_sums.h"

namespace headsweep::results {
namespace {

std::string source_info(SQLite::Database& database) {
  SQLite::Statement statement(database, "SELECT value FROM source.store_info WHERE name = ?");
  statement.bind(1, std::string(kSumsInfo));
  return statement.executeStep() ? statement.getColumn(0).getString() : "";
}

void copy_trial_values(SQLite::Database& database) {
  database.exec(
      "INSERT INTO main.trial_values (arm, seed, trial, metrics_version, summed, compared)"
      " SELECT a.number, v.seed, m.new, v.metrics_version, 0, v.compared FROM source.trial_values v"
      " JOIN merged_trials m ON m.old = v.trial AND m.taken JOIN main.trials t ON t.trial = m.new"
      " JOIN main.arms a ON a.sweep = t.sweep AND a.arm = t.arm");
}

// Arms of the source whose summed trials were all taken, with their numbers here.
std::vector<std::pair<std::int64_t, std::int64_t>> whole_arms(SQLite::Database& database) {
  SQLite::Statement statement(
      database,
      "SELECT s.number, a.number FROM source.arms s JOIN merged_sweeps w ON w.old = s.sweep"
      " JOIN main.arms a ON a.sweep = w.new AND a.arm = s.arm"
      " WHERE s.number IN (SELECT arm FROM source.arm_sums) AND NOT EXISTS (SELECT 1 FROM "
      "source.trial_values v"
      " JOIN merged_trials m ON m.old = v.trial WHERE v.arm = s.number AND v.summed AND NOT m.taken)");
  std::vector<std::pair<std::int64_t, std::int64_t>> arms;
  while (statement.executeStep())
    arms.emplace_back(statement.getColumn(0).getInt64(), statement.getColumn(1).getInt64());
  return arms;
}

}  // namespace

void merge_sums(SQLite::Database& database) {
  const std::string of_source = source_info(database);
  if (get_info(database, kSumsInfo).empty()) set_info(database, kSumsInfo, of_source);
  if (of_source.empty() || of_source != get_info(database, kSumsInfo)) {
    add_missing_trials(database);
    return;
  }
  copy_trial_values(database);
  RunningSums sums(database);
  SQLite::Statement mark(database,
                         "UPDATE main.trial_values SET summed = 1 WHERE arm = ? AND seed IN"
                         " (SELECT seed FROM source.trial_values WHERE arm = ? AND summed)");
  for (const auto& [there, here] : whole_arms(database)) {
    ArmRows rows = read_arm_sums(database, here);
    for (const auto& [place, row] : read_arm_sums(database, there, "source")) {
      ArmRow& mine = rows[place];
      mine.trials += row.trials;
      for (std::size_t i = 0; i < row.sums.size(); ++i) mine.sums[i].add(row.sums[i]);
    }
    sums.write(here, rows);
    mark.bind(1, here);
    mark.bind(2, there);
    mark.exec();
    mark.reset();
  }
}

void finish_merged_sums(SQLite::Database& database) {
  SQLite::Transaction transaction(database);  // else every statement would be one
  refresh_running_sums(database);
  RunningSums sums(database);
  while (sums.can_sum()) sums.sum_some();
  transaction.commit();
}

}  // namespace headsweep::results
