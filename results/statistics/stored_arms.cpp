#include "results/statistics/stored_arms.h"

#include <string>
#include <unordered_map>

#include <SQLiteCpp/SQLiteCpp.h>

namespace headsweep::results {

std::vector<StoredArm> read_stored_arms(SQLite::Database& database, std::int64_t sweep) {
  SQLite::Statement statement(
      database,
      "SELECT a.number, a.first_trial, a.planned + a.running + a.done + a.failed + a.cancelled, a.done,"
      " a.failed, a.arm, t.baseline_arm FROM arms a JOIN trials t ON t.trial = a.first_trial"
      " WHERE a.sweep = ? AND a.planned + a.running + a.done + a.failed + a.cancelled > 0"
      " ORDER BY a.first_trial");
  statement.bind(1, sweep);
  std::vector<StoredArm> arms;
  std::unordered_map<std::string, std::size_t> by_hash;
  std::vector<std::string> baselines;
  while (statement.executeStep()) {
    by_hash[statement.getColumn(5).getString()] = arms.size();
    const SQLite::Column baseline = statement.getColumn(6);
    baselines.push_back(baseline.getString());
    arms.push_back({statement.getColumn(0).getInt64(), statement.getColumn(1).getInt64(),
                    statement.getColumn(2).getInt64(), statement.getColumn(3).getInt64(),
                    statement.getColumn(4).getInt64(), !baseline.isNull(), std::nullopt});
  }
  for (std::size_t i = 0; i < arms.size(); ++i) {
    const auto found = by_hash.find(baselines[i]);
    if (arms[i].has_baseline && found != by_hash.end()) arms[i].baseline = found->second;
  }
  return arms;
}

}  // namespace headsweep::results
