#include "results/recovery.h"

#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "protocol/messages.h"
#include "results/clock.h"
#include "results/row_insert.h"
#include "results/tables.h"

namespace headsweep::results {
namespace {

std::vector<std::int64_t> running_rows(SQLite::Database& database, const std::string& table,
                                       const std::string& key) {
  SQLite::Statement statement(database, "SELECT " + key + " FROM " + table + " WHERE state = 'running'");
  std::vector<std::int64_t> keys;
  while (statement.executeStep()) keys.push_back(statement.getColumn(0).getInt64());
  return keys;
}

void interrupt_attempts(SQLite::Database& database, const std::vector<std::int64_t>& attempts) {
  SQLite::Statement update(database,
                           "UPDATE attempts SET state = 'interrupted', reason = ?, message = ?, ended_at = ? "
                           "WHERE attempt = ?");
  RowRehash rehash(database, "attempts", hashed_columns(find_table("attempts")), "attempt");
  for (const std::int64_t attempt : attempts) {
    update.bind(1, std::string(protocol::to_text(protocol::EndReason::kStopped)));
    update.bind(2, "the run was lost");
    update.bind(3, utc_now());
    update.bind(4, attempt);
    update.exec();
    update.reset();
    rehash(attempt);
  }
}

void lose_workers(SQLite::Database& database, const std::vector<std::int64_t>& workers) {
  SQLite::Statement update(database, "UPDATE workers SET state = 'lost', ended_at = ? WHERE worker = ?");
  RowRehash rehash(database, "workers", hashed_columns(find_table("workers")), "worker");
  for (const std::int64_t worker : workers) {
    update.bind(1, utc_now());
    update.bind(2, worker);
    update.exec();
    update.reset();
    rehash(worker);
  }
}

std::string describe(const std::optional<Owner>& lost, std::size_t attempts) {
  return (lost ? describe(*lost) : "a run") + " ended without a word; " + std::to_string(attempts) +
         " attempts interrupted";
}

}  // namespace

void recover_lost_run(SQLite::Database& database, const std::optional<Owner>& lost) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  const std::vector<std::int64_t> attempts = running_rows(database, "attempts", "attempt");
  const std::vector<std::int64_t> workers = running_rows(database, "workers", "worker");
  if (attempts.empty() && workers.empty() && !lost) return;
  interrupt_attempts(database, attempts);
  lose_workers(database, workers);
  database.exec("UPDATE trials SET state = 'planned' WHERE state = 'running'");
  RowInsert event(database, "events", hashed_columns(find_table("events")));
  event(std::vector<Cell>{utc_now(), "recovered", describe(lost, attempts.size()), Cell(), Cell()});
  transaction.commit();
}

}  // namespace headsweep::results
