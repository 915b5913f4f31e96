#include "results/status.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/user_error.h"
#include "results/connection.h"
#include "results/store_info.h"

namespace headsweep::results {
namespace {

using States = std::array<TrialState, kTrialStates>;
constexpr States kStates = {TrialState::kPlanned, TrialState::kRunning,   TrialState::kDone,
                            TrialState::kFailed,  TrialState::kCancelled, TrialState::kPruned};

// From the table `arms`, or trial by trial in a store that is too old to have it.
void count_states(SQLite::Database& database, Status& status) {
  const bool counted = !get_info(database, kSumsInfo).empty();
  for (const TrialState state : kStates) {
    const std::string name(to_text(state));
    const std::string sql = counted ? "SELECT coalesce(sum(" + name + "), 0) FROM arms"
                                    : "SELECT count(*) FROM trials WHERE state = '" + name + "'";
    status.counts[static_cast<std::size_t>(state)] = database.execAndGet(sql).getInt64();
  }
}

// Over the last hundred results of the latest run: the time from one to the next, not from its start, so that the
// first trials' start-up does not count. Read from the newest attempt back to the run's first result.
std::optional<double> recent_rate(SQLite::Database& database) {
  SQLite::Statement statement(
      database,
      "SELECT count(*) - 1, (julianday(max(ended_at)) - julianday(min(ended_at))) * 86400 FROM ("
      " SELECT a.ended_at FROM attempts a WHERE a.state = 'done'"
      " AND a.worker >= (SELECT min(worker) FROM workers WHERE run = (SELECT max(run) FROM workers))"
      " AND a.attempt >= (SELECT min((SELECT min(b.attempt) FROM attempts b WHERE b.worker = w.worker"
      " AND b.state = 'done')) FROM workers w WHERE w.run = (SELECT max(run) FROM workers))"
      " ORDER BY a.attempt DESC LIMIT 100)");
  if (!statement.executeStep() || statement.getColumn(1).isNull()) return std::nullopt;
  const double seconds = statement.getColumn(1).getDouble();
  const std::int64_t intervals = statement.getColumn(0).getInt64();
  if (intervals < 1 || seconds <= 0) return std::nullopt;
  return static_cast<double>(intervals) / seconds;
}

// Of the trial that a worker trains, the columns that latest_workers() reads; a store that is too old has no progress.
std::string progress_columns(bool kept) {
  return kept ? "t.trial, CASE WHEN t.trial = w.trial THEN w.step END, t.planned_steps,"
                " CASE WHEN t.trial = w.trial THEN w.steps_per_second END"
              : "t.trial, NULL, NULL, NULL";
}

// Workers of the latest run with the trial that each trains: the one whose progress is known, else the first.
std::string workers_at_work(bool kept) {
  const std::string running =
      "(SELECT a.trial FROM attempts a WHERE a.worker = w.worker AND a.state = 'running'";
  return "(SELECT w.*, coalesce(" + (kept ? running + " AND a.trial = w.trial), " : std::string()) + running +
         " ORDER BY a.attempt LIMIT 1), NULL) AS current FROM workers w WHERE w.run = (SELECT max(run) FROM "
         "workers)) w"
         " LEFT JOIN trials t ON t.trial = w.current";
}

template <class T>
std::optional<T> optional_number(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  if constexpr (std::is_same_v<T, double>)
    return column.getDouble();
  else
    return column.getInt64();
}

std::vector<WorkerStatus> latest_workers(SQLite::Database& database) {
  const bool kept =
      database.execAndGet("SELECT count(*) FROM pragma_table_info('workers') WHERE name = 'step'").getInt() ==
      1;
  SQLite::Statement statement(
      database,
      "SELECT w.worker, w.host, w.pid, w.device, w.state,"
      " (SELECT count(*) FROM attempts a WHERE a.worker = w.worker AND a.state = 'running'),"
      " (SELECT count(*) FROM attempts a WHERE a.worker = w.worker AND a.state = 'done'), " +
          progress_columns(kept) + " FROM " + workers_at_work(kept) + " ORDER BY w.number");
  std::vector<WorkerStatus> workers;
  while (statement.executeStep()) {
    workers.push_back({statement.getColumn(0).getInt64(), statement.getColumn(1).getString(),
                       statement.getColumn(2).getInt64(), statement.getColumn(3).getString(),
                       statement.getColumn(4).getString(), statement.getColumn(5).getInt64(),
                       statement.getColumn(6).getInt64(),
                       optional_number<std::int64_t>(statement.getColumn(7)),
                       optional_number<std::int64_t>(statement.getColumn(8)),
                       optional_number<std::int64_t>(statement.getColumn(9)),
                       optional_number<double>(statement.getColumn(10))});
  }
  return workers;
}

// A trial's latest event of that kind is that of the attempt that runs. Those of running attempts are among the newest
// events of all: so many are looked at, however large the store is.
std::vector<GangStatus> running_gangs(SQLite::Database& database) {
  SQLite::Statement statement(
      database,
      "SELECT a.trial, a.attempt, e.message, max(e.event) FROM"
      " (SELECT event, trial, kind, message FROM events ORDER BY event DESC LIMIT 10000) e"
      " JOIN attempts a ON a.trial = e.trial AND a.state = 'running'"
      " WHERE e.kind = 'gang' GROUP BY a.attempt");
  std::vector<GangStatus> gangs;
  while (statement.executeStep()) {
    gangs.push_back({statement.getColumn(0).getInt64(), statement.getColumn(1).getInt64(),
                     statement.getColumn(2).getString()});
  }
  return gangs;
}

std::vector<FailureStatus> last_failures(SQLite::Database& database) {
  SQLite::Statement statement(database,
                              "SELECT trial, attempt, state, coalesce(reason, ''), coalesce(message, ''),"
                              " coalesce(ended_at, '') FROM failures ORDER BY attempt DESC LIMIT 10");
  std::vector<FailureStatus> failures;
  while (statement.executeStep()) {
    failures.push_back({statement.getColumn(0).getInt64(), statement.getColumn(1).getInt64(),
                        statement.getColumn(2).getString(), statement.getColumn(3).getString(),
                        statement.getColumn(4).getString(), statement.getColumn(5).getString()});
  }
  return failures;
}

}  // namespace

std::int64_t Status::trials() const {
  std::int64_t sum = 0;
  for (const TrialState state : kStates) sum += state == TrialState::kPruned ? 0 : count(state);
  return sum;
}

std::int64_t Status::unfinished() const {
  return count(TrialState::kPlanned) + count(TrialState::kRunning);
}

int Status::exit_code() const {
  constexpr int kUnfinished = 3;
  constexpr int kSomeFailed = 4;
  if (unfinished() > 0) return kUnfinished;
  return count(TrialState::kFailed) > 0 ? kSomeFailed : 0;
}

Status read_status(StoreReader& store) {
  try {
    SQLite::Database& database = store.database();
    const SQLite::Transaction snapshot(database);  // all numbers of one moment
    Status status;
    SQLite::Statement name(database, "SELECT name FROM sweeps ORDER BY sweep LIMIT 1");
    if (name.executeStep()) status.sweep = name.getColumn(0).getString();
    count_states(database, status);
    const std::filesystem::path owner_file = store_folder(store.path()) / "owner";
    status.owner = current_owner(owner_file);
    if (!status.owner) status.owner_elsewhere = owner_of_another_host(owner_file);
    status.rate = recent_rate(database);
    if (status.owner && status.rate) {
      status.eta_seconds = static_cast<double>(status.unfinished()) / *status.rate;
    }
    status.workers = latest_workers(database);
    status.gangs = running_gangs(database);
    status.failures = last_failures(database);
    return status;
  } catch (const SQLite::Exception& error) {
    throw UserError(describe_problem(error, store.path()));
  }
}

}  // namespace headsweep::results
