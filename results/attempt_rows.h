// Rows of `attempts`, and the states of their trials, as attempts begin and end.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <SQLiteCpp/Statement.h>

#include "protocol/messages.h"
#include "results/row_insert.h"
#include "results/store.h"

namespace headsweep::results {

// Prepared statements, used by one thread, inside the caller's transactions. Throws SQLite::Exception.
//
// An attempt that begins and ends in one transaction, as most of very short trials do, is written once: what begins waits
// for its end or for write_begun().
class AttemptRows {
 public:
  explicit AttemptRows(SQLite::Database& database);

  // `worker`: its row in `workers`, or NULL.
  void begin(protocol::AttemptId attempt, protocol::TrialId trial, Cell worker, std::string now);
  // The trial's result may be inserted after it.
  void succeed(protocol::AttemptId attempt, protocol::TrialId trial, const std::string& now);
  // `trial_state`: what the trial is then; `in_company`: AttemptEnded::in_company.
  void fail(const protocol::AttemptFailed& failure, protocol::TrialId trial, TrialState trial_state,
            bool in_company, const std::string& now);
  // To be called before a transaction is committed.
  void write_begun();

 private:
  struct Begun {
    protocol::TrialId trial;
    Cell worker;
    std::string at;
  };

  // `end`: the columns from `state` to `log_tail`; what it lacks is NULL.
  void write_end(protocol::AttemptId attempt, std::vector<Cell> end, const std::string& now);
  void insert_row(protocol::AttemptId attempt, const Begun& begun, std::vector<Cell> end, Cell ended_at);
  void set_trial_state(protocol::TrialId trial, TrialState state);

  std::map<protocol::AttemptId, Begun> begun_;
  RowInsert insert_;
  RowRehash rehash_;
  SQLite::Statement end_;
  SQLite::Statement set_trial_state_;
};

}  // namespace headsweep::results
