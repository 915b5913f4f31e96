#include "results/replicate.h"

#include <algorithm>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/clock.h"
#include "results/extend.h"
#include "results/freeze.h"
#include "results/render.h"
#include "results/row_insert.h"
#include "results/statistics/compare.h"
#include "results/statistics/two_stage.h"
#include "results/tables.h"

namespace headsweep::results {
namespace {

constexpr const char* kReplicatedEvent = "replicated";

std::int64_t count(SQLite::Database& database, const std::string& sql, const std::string& value) {
  SQLite::Statement statement(database, sql);
  statement.bind(1, value);
  statement.executeStep();
  return statement.getColumn(0).getInt64();
}

// Cancelled trials will not come: nobody waits for them.
bool is_due(SQLite::Database& database) {
  return count(database, "SELECT count(*) FROM trials WHERE state IN ('running', ?)", "planned") == 0 &&
         !has_replicated(database);
}

// The pair that needs most, and how many seeds that is; for all arms together, so that the sweep stays a grid. Other
// pairs' deviations say nothing of a pair's mean, so each interval keeps its level with more seeds than it asked for.
struct Demand {
  std::int64_t seeds;
  std::string because;
};

Demand demand_of(const Statistics& statistics, const sweep::Sweep& sweep) {
  Demand demand{std::ssize(sweep.seeds), "every interval is narrow enough"};
  for (const Difference& difference : statistics.differences) {
    const Estimate first = first_stage(difference, sweep.seeds);
    const std::int64_t wanted =
        two_stage_count(first, sweep.replicate->half_width, sweep.replicate->max_seeds);
    if (wanted <= demand.seeds) continue;
    demand = {wanted, statistics.arms[difference.arm].label + ": standard deviation " +
                          readable_number(first.sd) + " of " + std::to_string(first.n) + " differences"};
  }
  return demand;
}

// The next seeds above those there are.
sweep::Sweep with_seeds(sweep::Sweep sweep, std::int64_t count) {
  std::uint32_t next = std::ranges::max(sweep.seeds);
  while (std::ssize(sweep.seeds) < count) sweep.seeds.push_back(++next);
  return sweep;
}

std::string describe(const Demand& demand, const sweep::Sweep& sweep) {
  return "replicate: " + std::to_string(sweep.seeds.size()) + " -> " + std::to_string(demand.seeds) +
         " seeds (" + demand.because +
         (demand.seeds == sweep.replicate->max_seeds ? ", cut at max_seeds" : "") + ")";
}

}  // namespace

bool has_replicated(SQLite::Database& database) {
  return count(database, "SELECT count(*) FROM events WHERE kind = ?", kReplicatedEvent) > 0;
}

Replication replicate_sweep(SQLite::Database& database, const std::filesystem::path& store,
                            const sweep::Sweep& sweep) {
  Replication result;
  if (!sweep.replicate) return result;
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  if (!is_due(database)) return result;
  StatisticsRequest request;
  request.metrics = {*metrics::find_metric(sweep.replicate->metric)};
  request.layers = {sweep.analysis.layers};
  request.with_nulls = false;
  const Demand demand = demand_of(compute_statistics(database, store, request), sweep);
  result.said = describe(demand, sweep);
  const std::int64_t row = database.execAndGet("SELECT min(sweep) FROM sweeps").getInt64();
  if (demand.seeds > std::ssize(sweep.seeds)) {
    add_seeds(database, row, sweep::make_plan(with_seeds(sweep, demand.seeds)), result.said);
    result.open = load_sweep(database, row).open;
  }
  RowInsert event(database, "events", hashed_columns(find_table("events")));
  event(std::vector<Cell>{utc_now(), std::string(kReplicatedEvent), result.said, Cell(), Cell()});
  transaction.commit();
  return result;
}

}  // namespace headsweep::results
