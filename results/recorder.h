// What happens in a run, as rows: one call a record, inside the caller's transactions.
#pragma once

#include <cstdint>
#include <unordered_map>

#include <SQLiteCpp/Statement.h>

#include "results/attempt_rows.h"
#include "results/result_rows.h"
#include "results/row_insert.h"
#include "results/store_writer.h"
#include "results/sums/kept_tests.h"
#include "results/sums/running_sums.h"

namespace headsweep::results {

// Prepared statements, used by one thread. Throws SQLite::Exception.
class Recorder {
 public:
  Recorder(SQLite::Database& database, std::int64_t sweep);

  void apply(const Record& record);
  // To be called before a transaction is committed.
  void finish() { attempts_.write_begun(); }
  // For when there is nothing to write: see RunningSums and KeptTests.
  [[nodiscard]] bool can_catch_up() const { return sums_.can_sum() || tests_.can_test(); }
  // A piece of that, of some 30 ms. Requires can_catch_up().
  void catch_up_some();

 private:
  void apply(const WorkerSeen& seen);
  void apply(const WorkerEnded& ended);
  void apply(const WorkerProgress& progress);
  void apply(const AttemptStarted& started);
  void apply(const AttemptSucceeded& succeeded);
  void apply(const AttemptEnded& ended);
  void apply(const Event& event);

  // The row of a worker of this run; NULL if it never said hello.
  [[nodiscard]] Cell worker_row(std::optional<protocol::WorkerId> worker) const;

  std::int64_t sweep_;
  std::int64_t run_;  // number of this run in the store: workers count anew in each
  std::int64_t next_worker_;
  std::unordered_map<protocol::WorkerId, std::int64_t> worker_rows_;
  AttemptRows attempts_;
  ResultRows results_;
  RunningSums sums_;
  KeptTests tests_;
  RowInsert insert_worker_;
  RowInsert insert_event_;
  RowRehash rehash_worker_;
  SQLite::Statement end_worker_;
  SQLite::Statement advance_worker_;
};

}  // namespace headsweep::results
