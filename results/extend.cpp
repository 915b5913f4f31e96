#include "results/extend.h"

#include <unordered_map>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/cells.h"
#include "results/clock.h"
#include "results/closed_nulls.h"
#include "results/row_insert.h"
#include "results/sums/running_sums.h"
#include "results/tables.h"
#include "results/trial_rows.h"

namespace headsweep::results {
namespace {

using TrialsByKey = std::unordered_map<std::string, std::int64_t>;

TrialsByKey trials_by_key(SQLite::Database& database, std::int64_t sweep) {
  SQLite::Statement statement(database, "SELECT key, trial FROM trials WHERE sweep = ?");
  statement.bind(1, sweep);
  TrialsByKey trials;
  while (statement.executeStep())
    trials[statement.getColumn(0).getString()] = statement.getColumn(1).getInt64();
  return trials;
}

// Returns how many were in the plan until now.
std::int64_t prune(SQLite::Database& database, RowRehash& rehash, const TrialsByKey& left) {
  SQLite::Statement update(
      database, "UPDATE trials SET state = 'pruned', position = NULL WHERE trial = ? AND state <> 'pruned'");
  std::int64_t pruned = 0;
  for (const auto& [key, trial] : left) {
    update.bind(1, trial);
    pruned += update.exec();
    update.reset();
    rehash(trial);
  }
  return pruned;
}

std::int64_t count_done(SQLite::Database& database, const TrialsByKey& trials) {
  SQLite::Statement statement(database, "SELECT count(*) FROM trials WHERE trial = ? AND state = 'done'");
  std::int64_t done = 0;
  for (const auto& [key, trial] : trials) {
    statement.bind(1, trial);
    statement.executeStep();
    done += statement.getColumn(0).getInt64();
    statement.reset();
  }
  return done;
}

// A pruned trial that comes back is done if it has its result.
PlanChange reconcile(SQLite::Database& database, std::int64_t sweep, const sweep::Plan& plan) {
  TrialsByKey left = trials_by_key(database, sweep);
  PlanChange counts;
  std::int64_t next_trial = database.execAndGet("SELECT coalesce(max(trial), 0) FROM trials").getInt64();
  TrialRows rows(database, sweep, plan);
  RowRehash rehash(database, "trials", hashed_columns(find_table("trials")), "trial");
  SQLite::Statement keep(
      database,
      "UPDATE trials SET position = ?1, baseline_arm = ?2, state = CASE WHEN state <> 'pruned' "
      "THEN state WHEN EXISTS (SELECT 1 FROM results r WHERE r.trial = ?3) THEN 'done' "
      "ELSE 'planned' END WHERE trial = ?3");
  for (const sweep::PlannedTrial& planned : plan.trials) {
    const std::int64_t position = planned.number;
    const auto known = left.extract(planned.key);
    if (known.empty()) {
      rows.insert(++next_trial, position, planned);
      ++counts.planned;
      continue;
    }
    const Cell baseline = optional_cell(rows.baseline_arm(planned));
    keep.bind(1, position);
    bind_cell(keep, 2, baseline);
    keep.bind(3, known.mapped());
    keep.exec();
    keep.reset();
    rehash(known.mapped());
    ++counts.reused;
  }
  counts.pruned_done = count_done(database, left);
  counts.pruned = prune(database, rehash, left);
  add_missing_trials(database);
  return counts;
}

void record_amendment(SQLite::Database& database, std::int64_t sweep, const std::string& difference,
                      const std::string& new_hash, const PlanChange& counts) {
  SQLite::Statement old(database, "SELECT hash, canonical FROM sweeps WHERE sweep = ?");
  old.bind(1, sweep);
  old.executeStep();
  const std::string old_hash = old.getColumn(0).getString();
  RowInsert amendment(database, "amendments", hashed_columns(find_table("amendments")));
  amendment(std::vector<Cell>{sweep, utc_now(), difference, old_hash, new_hash.empty() ? old_hash : new_hash,
                              old.getColumn(1).getString(), counts.reused, counts.planned, counts.pruned});
  RowInsert event(database, "events", hashed_columns(find_table("events")));
  event(std::vector<Cell>{utc_now(), "amended", difference, Cell(), Cell()});
}

}  // namespace

PlanChange add_seeds(SQLite::Database& database, std::int64_t sweep, const sweep::Plan& plan,
                     const std::string& difference) {
  const PlanChange counts = reconcile(database, sweep, plan);
  record_amendment(database, sweep, difference, "", counts);
  return counts;
}

PlanChange extend_plan(SQLite::Database& database, std::int64_t sweep, const sweep::Plan& plan,
                       const std::string& difference) {
  const PlanChange counts = reconcile(database, sweep, plan);
  insert_closed_nulls(database, sweep, plan.trials);
  record_amendment(database, sweep, difference, plan.hash, counts);

  SQLite::Statement update(database,
                           "UPDATE sweeps SET hash = ?, canonical = ?, parameters = ? WHERE sweep = ?");
  update.bind(1, plan.hash);
  update.bind(2, sweep::canonical_sweep(plan.sweep));
  update.bind(3, plan.parameters);
  update.bind(4, sweep);
  update.exec();
  RowRehash rehash(database, "sweeps", hashed_columns(find_table("sweeps")), "sweep");
  rehash(sweep);
  return counts;
}

}  // namespace headsweep::results
