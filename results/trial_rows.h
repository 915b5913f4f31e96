// Planned trials as rows of the table `trials`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocol/messages.h"
#include "results/row_insert.h"
#include "sweep/expansion.h"
#include "sweep/plan.h"

namespace headsweep::results {

// What the columns say that follow from the settings alone; `verify` compares them. Values in the order of
// derived_trial_columns().
std::vector<std::string> derived_trial_columns();
std::vector<Cell> derived_trial_cells(const trial::Settings& settings);

// Prepared statement; no transaction of its own. Borrows the plan. Throws SQLite::Exception.
class TrialRows {
 public:
  TrialRows(SQLite::Database& database, std::int64_t sweep, const sweep::Plan& plan);

  // `position`: place in the plan's order. The state is 'planned'.
  void insert(protocol::TrialId trial, std::int64_t position, const sweep::PlannedTrial& planned);

  // The arm that a trial is compared to (sweep::Expansion::baseline_arm()).
  std::optional<std::string> baseline_arm(const sweep::PlannedTrial& planned);

 private:
  std::int64_t sweep_;
  sweep::Expansion expansion_;
  std::int64_t combination_ = -1;  // the latest one asked for: trials of an arm follow each other
  std::optional<std::string> baseline_arm_;
  RowInsert insert_;
};

}  // namespace headsweep::results
