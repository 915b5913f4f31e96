#include "results/report/ledger.h"

#include <map>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/cells.h"

namespace headsweep::report {
namespace {

// By arm: what its trials cost by the plan and, of those that are done, in seconds.
std::map<std::string, Json> read_costs(SQLite::Database& database) {
  SQLite::Statement statement(
      database,
      "SELECT t.arm, t.parameters, max(abs(t.parameter_mismatch)) AS mismatch, t.planned_steps AS steps,"
      " t.planned_tokens AS tokens, t.forward_flops + t.backward_flops AS flops,"
      " avg(r.train_seconds) AS train_seconds, t.chance_accuracy AS chance, t.ceiling_accuracy AS ceiling"
      " FROM trials t LEFT JOIN results r ON r.trial = t.trial AND t.state = 'done'"
      " WHERE t.state <> 'pruned' GROUP BY t.arm");
  std::map<std::string, Json> costs;
  while (statement.executeStep()) {
    Json& cost = costs[statement.getColumn(0).getString()];
    for (int i = 1; i < statement.getColumnCount(); ++i)
      cost[statement.getColumnName(i)] = cell_json(results::read_cell(statement.getColumn(i)));
  }
  return costs;
}

}  // namespace

Json arms_json(SQLite::Database& database, const results::Statistics& statistics,
               const std::vector<Axis>& axes) {
  const std::map<std::string, Json> costs = read_costs(database);
  std::map<std::string, std::size_t> places;
  for (std::size_t arm = 0; arm < statistics.arms.size(); ++arm) places[statistics.arms[arm].arm] = arm;
  Json list = Json::array();
  for (std::size_t place = 0; place < statistics.arms.size(); ++place) {
    const results::Arm& arm = statistics.arms[place];
    const auto baseline = arm.baseline_arm ? places.find(*arm.baseline_arm) : places.end();
    Json at = Json::array();
    for (const Axis& axis : axes) at.push_back(axis.place_of_arm[place]);
    Json json = {{"label", arm.label},
                 {"task", arm.task},
                 {"heads", arm.heads},
                 {"baseline", baseline == places.end() ? Json(nullptr) : Json(baseline->second)},
                 {"at", std::move(at)},
                 {"accuracy", real(arm.accuracy)},
                 {"reached", arm.reached_accuracy},
                 {"planned", arm.planned},
                 {"done", arm.done},
                 {"failed", arm.failed},
                 {"diverged", arm.diverged},
                 {"failure_rate", real(arm.failure_rate())},
                 {"divergence_rate", real(arm.divergence_rate())}};
    const auto cost = costs.find(arm.arm);
    if (cost != costs.end()) json.update(cost->second);
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace headsweep::report
