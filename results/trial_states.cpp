#include "results/trial_states.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/user_error.h"
#include "results/clock.h"
#include "results/connection.h"
#include "results/row_insert.h"
#include "results/tables.h"

namespace headsweep::results {
namespace {

// One of the two commands.
struct Change {
  TrialState to;
  std::vector<std::string_view> from;  // states that a named trial may have; the first is what "all" means
  std::string_view event;              // kind
  std::string_view done_to_it;         // for messages
};

std::string state_of(SQLite::Database& database, protocol::TrialId trial) {
  SQLite::Statement statement(database, "SELECT state FROM trials WHERE trial = ?");
  statement.bind(1, trial);
  if (!statement.executeStep()) {
    throw UserError("no trial " + std::to_string(trial) +
                    " in this store; see 'headsweep query STORE trials'");
  }
  return statement.getColumn(0).getString();
}

void require_changeable(SQLite::Database& database, protocol::TrialId trial, const Change& change) {
  const std::string state = state_of(database, trial);
  if (std::ranges::find(change.from, state) != change.from.end()) return;
  std::string allowed(change.from.front());
  for (const std::string_view other : std::span(change.from).subspan(1))
    allowed += " or " + std::string(other);
  throw UserError("trial " + std::to_string(trial) + " is " + state + ": only " + allowed +
                  " trials can be " + std::string(change.done_to_it));
}

std::vector<protocol::TrialId> all_in(SQLite::Database& database, std::string_view state) {
  SQLite::Statement statement(database, "SELECT trial FROM trials WHERE state = ? ORDER BY trial");
  statement.bind(1, std::string(state));
  std::vector<protocol::TrialId> trials;
  while (statement.executeStep()) trials.push_back(statement.getColumn(0).getInt64());
  return trials;
}

std::int64_t apply(SQLite::Database& database, std::span<const protocol::TrialId> named,
                   const Change& change) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  for (const protocol::TrialId trial : named) require_changeable(database, trial, change);
  std::vector<protocol::TrialId> trials(named.begin(), named.end());
  if (named.empty()) trials = all_in(database, change.from.front());
  SQLite::Statement update(database, "UPDATE trials SET state = ?1 WHERE trial = ?2 AND state <> ?1");
  RowInsert event(database, "events", hashed_columns(find_table("events")));
  std::int64_t changed = 0;
  for (const protocol::TrialId trial : trials) {
    update.bind(1, std::string(to_text(change.to)));
    update.bind(2, trial);
    const bool first_time = update.exec() == 1;  // a trial may be named twice
    update.reset();
    if (!first_time) continue;
    event(std::vector<Cell>{utc_now(), std::string(change.event), "by hand", trial, Cell()});
    ++changed;
  }
  transaction.commit();
  return changed;
}

std::int64_t apply(OwnedStore& store, std::span<const protocol::TrialId> trials, const Change& change) {
  try {
    return apply(store.database(), trials, change);
  } catch (const SQLite::Exception& error) {
    throw UserError(describe_problem(error, store.path()));
  }
}

}  // namespace

std::int64_t retry_trials(OwnedStore& store, std::span<const protocol::TrialId> trials) {
  return apply(store, trials, {TrialState::kPlanned, {"failed", "cancelled"}, kRetriedEvent, "retried"});
}

std::int64_t cancel_trials(OwnedStore& store, std::span<const protocol::TrialId> trials) {
  return apply(store, trials, {TrialState::kCancelled, {"planned"}, "cancelled", "cancelled"});
}

std::set<std::string> done_among(OwnedStore& store, const std::vector<std::string>& keys) {
  try {
    SQLite::Statement statement(
        store.database(),
        "SELECT 1 FROM trials WHERE sweep IN (SELECT sweep FROM sweeps) AND key = ? AND "
        "state = 'done'");
    std::set<std::string> done;
    for (const std::string& key : keys) {
      statement.bind(1, key);
      if (statement.executeStep()) done.insert(key);
      statement.reset();
    }
    return done;
  } catch (const SQLite::Exception& error) {
    throw UserError(describe_problem(error, store.path()));
  }
}

}  // namespace headsweep::results
