// The nulls in closed form (uniform, identity and previous-token attention), which need no model: stored for every
// length of a sweep, beside which its values are read.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "sweep/plan.h"

namespace SQLite {
class Database;
}

namespace headsweep::results {

// Adds those that the plan's trials need and `baselines` does not have yet; no transaction of its own.
// Throws SQLite::Exception.
void insert_closed_nulls(SQLite::Database& database, std::int64_t sweep,
                         std::span<const sweep::PlannedTrial> trials);

// Measures again those of the sweep that `baselines` has, in place. Returns how many; no transaction of its own. Throws
// SQLite::Exception.
std::int64_t renew_closed_nulls(SQLite::Database& database, std::int64_t sweep);

}  // namespace headsweep::results
