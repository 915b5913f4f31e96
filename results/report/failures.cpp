#include "results/report/failures.h"

#include <map>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/cells.h"

namespace headsweep::report {
namespace {

using Labels = std::map<std::string, std::string>;  // of arms

// Rows of a statement; the column `arm` becomes its label.
Json labelled_rows(SQLite::Database& database, const Labels& labels, int arm, const char* sql) {
  SQLite::Statement statement(database, sql);
  Json rows = Json::array();
  while (statement.executeStep()) {
    Json row = Json::array();
    for (int i = 0; i < statement.getColumnCount(); ++i)
      row.push_back(cell_json(results::read_cell(statement.getColumn(i))));
    const auto label = labels.find(statement.getColumn(arm).getString());
    if (label != labels.end()) row[static_cast<std::size_t>(arm)] = label->second;
    rows.push_back(std::move(row));
  }
  return rows;
}

Json broken_pairs(const results::Statistics& statistics, const std::vector<ConfirmatoryTest>& tests) {
  std::map<std::pair<std::string, std::string>, std::map<std::uint32_t, bool>> seeds;
  for (const ConfirmatoryTest& test : tests) {
    for (const results::BrokenPair& pair : test.difference->broken)
      seeds[{statistics.arms[test.difference->arm].label, pair.reason}][pair.seed] = true;
  }
  Json rows = Json::array();
  for (const auto& [key, broken] : seeds) rows.push_back({key.first, key.second, broken.size()});
  return rows;
}

}  // namespace

Json failures_json(SQLite::Database& database, const results::Statistics& statistics,
                   const std::vector<ConfirmatoryTest>& tests) {
  Labels labels;
  for (const results::Arm& arm : statistics.arms) labels[arm.arm] = arm.label;
  return {
      {"reasons", labelled_rows(database, labels, 0,
                                "SELECT t.arm, coalesce(a.reason, ''), count(*), count(DISTINCT t.trial),"
                                " count(DISTINCT CASE WHEN t.state = 'failed' THEN t.trial END)"
                                " FROM attempts a JOIN trials t ON t.trial = a.trial"
                                " WHERE a.state = 'failed' AND t.state <> 'pruned'"
                                " GROUP BY t.arm, a.reason ORDER BY min(t.position), a.reason")},
      {"last", labelled_rows(
                   database, labels, 1,
                   "SELECT t.trial, t.arm, t.seed, t.state, coalesce(a.reason, ''), coalesce(a.message, ''),"
                   " coalesce(a.ended_at, '')"
                   " FROM attempts a JOIN trials t ON t.trial = a.trial WHERE a.state = 'failed'"
                   " ORDER BY a.attempt DESC LIMIT 20")},
      {"broken", broken_pairs(statistics, tests)}};
}

}  // namespace headsweep::report
