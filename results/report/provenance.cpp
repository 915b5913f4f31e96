#include "results/report/provenance.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/cells.h"

namespace headsweep::report {
namespace {

Json rows(SQLite::Database& database, const char* sql) {
  SQLite::Statement statement(database, sql);
  Json list = Json::array();
  while (statement.executeStep()) {
    Json row = Json::array();
    for (int i = 0; i < statement.getColumnCount(); ++i)
      row.push_back(cell_json(results::read_cell(statement.getColumn(i))));
    list.push_back(std::move(row));
  }
  return list;
}

}  // namespace

Json provenance_json(SQLite::Database& database) {
  SQLite::Statement sweep(
      database,
      "SELECT name, hash, parameters, canonical, headsweep_version, sqlite_version, host, created_at,"
      " metrics_version, (SELECT max(finished_at) FROM results) FROM sweeps ORDER BY sweep LIMIT 1");
  sweep.executeStep();
  const auto text = [&](int column) { return sweep.getColumn(column).getString(); };
  Json facts = Json::array();
  facts.push_back({"Sweep", text(0)});
  facts.push_back({"Plan hash", text(1)});
  facts.push_back({"Frozen", text(7) + " on " + text(6)});
  facts.push_back({"By", "headsweep " + text(4) + ", SQLite " + text(5)});
  facts.push_back({"Formulas", "metrics_version " + text(8)});
  facts.push_back({"Parameters of every model", text(2)});
  return {
      {"name", text(0)},
      {"hash", text(1)},
      {"parameters", sweep.getColumn(2).getInt64()},
      {"as_of", text(9)},
      {"headsweep_version", HEADSWEEP_VERSION},
      {"canonical", Json::parse(text(3))},
      {"facts", std::move(facts)},
      {"amendments", rows(database, "SELECT at, difference, new_hash FROM amendments ORDER BY amendment")},
      {"workers", rows(database,
                       "SELECT run, host, device, threads, count(*), min(started_at), max(ended_at)"
                       " FROM workers GROUP BY run, host, device, threads ORDER BY run, host, device")},
      {"builds", rows(database,
                      "SELECT build, step_kind, numerics, count(*) FROM results"
                      " GROUP BY build, step_kind, numerics ORDER BY count(*) DESC")}};
}

}  // namespace headsweep::report
