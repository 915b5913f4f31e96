// Planned trials as rows of the table `trials`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocol/messages.h"
#include "results/row_insert.h"
#include "sweep/plan.h"

namespace headsweep::results {

// The arm that a trial is compared to: its settings with those of [analysis] baseline. Nothing if the sweep names no
// baseline or the trial belongs to it.
std::optional<std::string> baseline_arm(const trial::Settings& settings, const sweep::Analysis& analysis);

// What the columns say that follow from the settings alone; `verify` compares them. Values in the order of
// derived_trial_columns().
std::vector<std::string> derived_trial_columns();
std::vector<Cell> derived_trial_cells(const trial::Settings& settings);

// Prepared statement; no transaction of its own. Throws SQLite::Exception.
class TrialRows {
 public:
  TrialRows(SQLite::Database& database, std::int64_t sweep, const sweep::Plan& plan);

  // `position`: place in the plan's order. The state is 'planned'.
  void insert(protocol::TrialId trial, std::int64_t position, const sweep::PlannedTrial& planned);

 private:
  std::int64_t sweep_;
  const sweep::Plan& plan_;
  RowInsert insert_;
};

}  // namespace headsweep::results
