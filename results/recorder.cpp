#include "results/recorder.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/cells.h"
#include "results/clock.h"
#include "results/tables.h"

namespace headsweep::results {

Recorder::Recorder(SQLite::Database& database, std::int64_t sweep)
    : sweep_(sweep),
      run_(database.execAndGet("SELECT coalesce(max(run), 0) + 1 FROM workers").getInt64()),
      next_worker_(database.execAndGet("SELECT coalesce(max(worker), 0) + 1 FROM workers").getInt64()),
      attempts_(database),
      results_(database, sweep),
      sums_(database),
      tests_(database),
      insert_worker_(database, "workers", hashed_columns(find_table("workers"))),
      insert_event_(database, "events", hashed_columns(find_table("events"))),
      rehash_worker_(database, "workers", hashed_columns(find_table("workers")), "worker"),
      end_worker_(database, "UPDATE workers SET state = ?, ended_at = ? WHERE worker = ?"),
      advance_worker_(database,
                      "UPDATE workers SET trial = ?, step = ?, steps_per_second = ? WHERE worker = ?") {}

void Recorder::catch_up_some() {
  constexpr std::size_t kArms = 64;
  if (sums_.can_sum()) {
    sums_.sum_some();
  } else {
    tests_.test_some(kArms);
  }
}

void Recorder::apply(const Record& record) {
  std::visit([this](const auto& one) { apply(one); }, record);
}

void Recorder::apply(const WorkerSeen& seen) {
  const std::int64_t row = next_worker_++;
  worker_rows_[seen.worker] = row;
  insert_worker_(std::vector<Cell>{row, sweep_, run_, seen.worker, seen.hello.host, seen.hello.pid,
                                   seen.hello.device, seen.hello.threads, "running", utc_now(), Cell()});
}

void Recorder::apply(const WorkerEnded& ended) {
  const auto known = worker_rows_.find(ended.worker);
  if (known == worker_rows_.end()) return;  // never said hello: there is nothing to end
  end_worker_.bind(1, ended.state);
  end_worker_.bind(2, utc_now());
  end_worker_.bind(3, known->second);
  end_worker_.exec();
  end_worker_.reset();
  rehash_worker_(known->second);
}

void Recorder::apply(const WorkerProgress& progress) {
  const auto known = worker_rows_.find(progress.worker);
  if (known == worker_rows_.end()) return;
  advance_worker_.bind(1, progress.trial);
  advance_worker_.bind(2, progress.step);
  advance_worker_.bind(3, progress.steps_per_second);
  advance_worker_.bind(4, known->second);
  advance_worker_.exec();
  advance_worker_.reset();
}

void Recorder::apply(const AttemptStarted& started) {
  attempts_.begin(started.attempt, started.trial, worker_row(started.worker), utc_now());
}

void Recorder::apply(const AttemptSucceeded& succeeded) {
  const std::string now = utc_now();
  attempts_.succeed(succeeded.attempt, succeeded.trial, now);
  results_.insert(succeeded.trial, succeeded.attempt, succeeded.result, now);
  tests_.changed(sums_.add(succeeded.trial, measured_rows(succeeded.result)));
}

void Recorder::apply(const AttemptEnded& ended) {
  attempts_.fail(ended.failure, ended.trial, ended.trial_state, ended.in_company, utc_now());
}

void Recorder::apply(const Event& event) {
  insert_event_(std::vector<Cell>{utc_now(), event.kind, event.message, optional_cell(event.trial),
                                  worker_row(event.worker)});
}

Cell Recorder::worker_row(std::optional<protocol::WorkerId> worker) const {
  const auto known = worker ? worker_rows_.find(*worker) : worker_rows_.end();
  return known == worker_rows_.end() ? Cell() : Cell(known->second);
}

}  // namespace headsweep::results
