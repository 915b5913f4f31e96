#include "results/freeze.h"

#include <optional>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/user_error.h"
#include "results/clock.h"
#include "results/closed_nulls.h"
#include "results/extend.h"
#include "results/metric_columns.h"
#include "results/row_insert.h"
#include "results/store_info.h"
#include "results/sums/running_sums.h"
#include "results/tables.h"
#include "results/trial_rows.h"
#include "results/trial_states.h"
#include "trial/key.h"

namespace headsweep::results {
namespace {

struct StoredSweep {
  std::int64_t sweep;
  std::string hash;
  std::string canonical;
};

std::optional<StoredSweep> stored_sweep(SQLite::Database& database) {
  SQLite::Statement statement(database, "SELECT sweep, hash, canonical FROM sweeps ORDER BY sweep LIMIT 1");
  if (!statement.executeStep()) return std::nullopt;
  return StoredSweep{statement.getColumn(0).getInt64(), statement.getColumn(1).getString(),
                     statement.getColumn(2).getString()};
}

std::int64_t insert_plan(SQLite::Database& database, const sweep::Plan& plan) {
  constexpr std::int64_t kSweep = 1;
  RowInsert insert(database, "sweeps", hashed_columns(find_table("sweeps")));
  insert(std::vector<Cell>{kSweep, plan.sweep.name, plan.hash, sweep::canonical_sweep(plan.sweep),
                           plan.parameters, kMetricsVersion, std::string(HEADSWEEP_VERSION),
                           std::string(SQLite::getLibVersion()), host_name(), utc_now()});
  TrialRows rows(database, kSweep, plan);
  for (const sweep::PlannedTrial& planned : plan.trials) rows.insert(planned.number, planned.number, planned);
  insert_closed_nulls(database, kSweep, plan.trials);
  return kSweep;
}

std::int64_t count_trials(SQLite::Database& database, std::int64_t sweep, const std::string& condition) {
  SQLite::Statement statement(database, "SELECT count(*) FROM trials WHERE sweep = ? AND " + condition);
  statement.bind(1, sweep);
  statement.executeStep();
  return statement.getColumn(0).getInt64();
}

std::vector<OpenTrial> open_trials(SQLite::Database& database, std::int64_t sweep) {
  SQLite::Statement statement(
      database,
      "SELECT t.trial, t.key, t.settings, t.parameters, (SELECT count(*) FROM attempts a "
      "WHERE a.trial = t.trial AND a.state = 'failed' AND a.reason <> ?3 AND a.in_company IS NULL "
      "AND a.ended_at > coalesce(e.at, '')), EXISTS (SELECT 1 FROM attempts a "
      "WHERE a.trial = t.trial AND a.in_company AND a.ended_at > coalesce(e.at, '')) "
      "FROM trials t LEFT JOIN (SELECT trial, max(at) AS at FROM events WHERE kind = ?2 GROUP BY trial) e "
      "ON e.trial = t.trial WHERE t.sweep = ?1 AND t.state = 'planned' ORDER BY t.position");
  statement.bind(1, sweep);
  statement.bind(2, std::string(kRetriedEvent));
  statement.bind(3, std::string(protocol::to_text(protocol::EndReason::kCannotStart)));
  std::vector<OpenTrial> open;
  while (statement.executeStep()) {
    open.push_back({statement.getColumn(0).getInt64(), statement.getColumn(1).getString(),
                    trial::parse_canonical_json(statement.getColumn(2).getString()),
                    statement.getColumn(3).getInt64(), statement.getColumn(4).getInt64(),
                    statement.getColumn(5).getInt() != 0});
  }
  return open;
}

std::string refusal(const std::filesystem::path& store, const StoredSweep& stored,
                    const sweep::Sweep& wanted) {
  return store.string() + " holds another sweep: " + sweep::describe_difference(stored.canonical, wanted) +
         "; add --extend to amend it, or give another --store";
}

void require_shard(SQLite::Database& database, const std::filesystem::path& store,
                   const std::optional<sweep::Shard>& shard) {
  const std::string stored = get_info(database, kShardInfo);
  if (stored == (shard ? to_text(*shard) : "")) return;
  if (stored.empty()) {
    throw UserError(store.string() +
                    " holds the whole sweep, not a shard; leave --shard out, or give another --store");
  }
  throw UserError(store.string() + " holds shard " + stored + " of its sweep; add --shard " + stored +
                  ", or give another --store");
}

sweep::Plan part_of(sweep::Plan plan, const std::optional<sweep::Shard>& shard) {
  if (shard) sweep::take_shard(plan, *shard);
  return plan;
}

std::string trials_text(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " trial" : " trials");
}

// A test that was chosen after looking at results would not be the confirmatory one that the store says it is.
void refuse_other_tests(SQLite::Database& database, const std::filesystem::path& store,
                        const StoredSweep& stored, const sweep::Sweep& wanted) {
  const std::string change = sweep::describe_change_of_tests(stored.canonical, wanted);
  if (change.empty() || database.execAndGet("SELECT NOT EXISTS (SELECT 1 FROM results)").getInt() != 0)
    return;
  throw UserError(store.string() +
                  ": what is tested was fixed before its results came, but this sweep changes it (" + change +
                  "); ask `headsweep query` about other metrics, layers and splits, which is exploratory, or "
                  "use another store");
}

// Amends the plan, but not at the price of results: then it is another sweep. Returns FrozenSweep::amendment.
std::string amend(SQLite::Database& database, const std::filesystem::path& store, const StoredSweep& stored,
                  const sweep::Plan& plan) {
  refuse_other_tests(database, store, stored, plan.sweep);
  const std::string difference = sweep::describe_difference(stored.canonical, plan.sweep);
  const PlanChange change = extend_plan(database, stored.sweep, plan, difference);
  if (change.pruned_done > 0) {
    throw UserError(store.string() + ": --extend adds seeds and axis values, but this sweep leaves out " +
                    trials_text(change.pruned_done) + " of the store that " +
                    (change.pruned_done == 1 ? "is" : "are") + " done (" + difference +
                    "); use another store");
  }
  return "amended: " + difference + "; " + trials_text(change.reused) + " reused, " +
         std::to_string(change.planned) + " planned, " + std::to_string(change.pruned) + " pruned";
}

}  // namespace

FrozenSweep freeze_sweep(SQLite::Database& database, const std::filesystem::path& store,
                         const sweep::Sweep& sweep, IfChanged if_changed,
                         const std::function<sweep::Plan()>& expand,
                         const std::optional<sweep::Shard>& shard) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  const std::optional<StoredSweep> stored = stored_sweep(database);
  std::int64_t row = 0;
  std::string amendment;
  if (stored) require_shard(database, store, shard);
  if (!stored) {
    row = insert_plan(database, part_of(expand(), shard));
    set_info(database, kShardInfo, shard ? to_text(*shard) : "");
  } else if (stored->hash == sweep::plan_hash(sweep)) {
    row = stored->sweep;
  } else {
    if (if_changed == IfChanged::kRefuse) throw UserError(refusal(store, *stored, sweep));
    row = stored->sweep;
    amendment = amend(database, store, *stored, part_of(expand(), shard));
  }
  refresh_running_sums(database);
  FrozenSweep frozen = load_sweep(database, row);
  frozen.amendment = std::move(amendment);
  transaction.commit();
  return frozen;
}

FrozenSweep load_sweep(SQLite::Database& database, std::int64_t sweep) {
  SQLite::Statement statement(database, "SELECT name, hash FROM sweeps WHERE sweep = ?");
  statement.bind(1, sweep);
  statement.executeStep();
  FrozenSweep frozen{};
  frozen.sweep = sweep;
  frozen.name = statement.getColumn(0).getString();
  frozen.hash = statement.getColumn(1).getString();
  frozen.open = open_trials(database, sweep);
  frozen.trials = count_trials(database, sweep, "state <> 'pruned'");
  frozen.done = count_trials(database, sweep, "state = 'done'");
  frozen.failed = count_trials(database, sweep, "state = 'failed'");
  frozen.next_attempt = database.execAndGet("SELECT coalesce(max(attempt), 0) + 1 FROM attempts").getInt64();
  return frozen;
}

}  // namespace headsweep::results
