#include "results/attempt_rows.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/cells.h"
#include "results/tables.h"

namespace headsweep::results {
namespace {

constexpr std::size_t kEndCells = 7;  // state, reason, message, signal, exit_code, log_tail, in_company

}  // namespace

AttemptRows::AttemptRows(SQLite::Database& database)
    : insert_(database, "attempts", hashed_columns(find_table("attempts"))),
      rehash_(database, "attempts", hashed_columns(find_table("attempts")), "attempt"),
      end_(database,
           "UPDATE attempts SET state = ?, reason = ?, message = ?, signal = ?, exit_code = ?, log_tail = ?, "
           "in_company = ?, ended_at = ? WHERE attempt = ?"),
      set_trial_state_(database, "UPDATE trials SET state = ? WHERE trial = ?") {}

void AttemptRows::begin(protocol::AttemptId attempt, protocol::TrialId trial, Cell worker, std::string now) {
  begun_[attempt] = {trial, std::move(worker), std::move(now)};
}

void AttemptRows::succeed(protocol::AttemptId attempt, protocol::TrialId trial, const std::string& now) {
  write_end(attempt, {"done", Cell(), Cell(), Cell(), Cell(), Cell(), Cell()}, now);
  set_trial_state(trial, TrialState::kDone);
}

void AttemptRows::fail(const protocol::AttemptFailed& failure, protocol::TrialId trial,
                       TrialState trial_state, bool in_company, const std::string& now) {
  write_end(failure.attempt,
            {protocol::is_interruption(failure.reason) ? "interrupted" : "failed",
             std::string(protocol::to_text(failure.reason)), text_cell(failure.message),
             optional_cell(failure.signal), optional_cell(failure.exit_code), text_cell(failure.log_tail),
             in_company ? Cell(std::int64_t{1}) : Cell()},
            now);
  set_trial_state(trial, trial_state);
}

void AttemptRows::write_end(protocol::AttemptId attempt, std::vector<Cell> end, const std::string& now) {
  if (const auto begun = begun_.extract(attempt)) {
    insert_row(attempt, begun.mapped(), std::move(end), now);
    return;
  }
  end.emplace_back(now);
  end.emplace_back(attempt);
  int index = 0;
  for (const Cell& cell : end) bind_cell(end_, ++index, cell);
  end_.exec();
  end_.reset();
  rehash_(attempt);
}

void AttemptRows::insert_row(protocol::AttemptId attempt, const Begun& begun, std::vector<Cell> end,
                             Cell ended_at) {
  std::vector<Cell> row = {attempt, begun.trial, begun.worker};
  end.resize(kEndCells);
  std::ranges::move(end, std::back_inserter(row));
  row.emplace_back(begun.at);
  row.push_back(std::move(ended_at));
  insert_(row);
}

void AttemptRows::write_begun() {
  for (const auto& [attempt, begun] : begun_) {
    insert_row(attempt, begun, {"running"}, Cell());
    set_trial_state(begun.trial, TrialState::kRunning);
  }
  begun_.clear();
}

void AttemptRows::set_trial_state(protocol::TrialId trial, TrialState state) {
  set_trial_state_.bind(1, std::string(to_text(state)));
  set_trial_state_.bind(2, trial);
  set_trial_state_.exec();
  set_trial_state_.reset();
}

}  // namespace headsweep::results
