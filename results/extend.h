// A frozen plan that is changed on purpose (`run --extend`).
#pragma once

#include <cstdint>
#include <string>

#include "sweep/plan.h"

namespace SQLite {
class Database;
}

namespace headsweep::results {

// How many trials of the old plan stay, how many are new, and how many left it.
struct PlanChange {
  std::int64_t reused = 0;
  std::int64_t planned = 0;
  std::int64_t pruned = 0;
  std::int64_t pruned_done = 0;  // of those that left it; whether that is allowed is the caller's matter
};

// The trials of `plan` become those of the sweep in that row, as below, its plan hash stays: more seeds by the rule that
// the plan itself holds. The amendment has one hash twice. No transaction of its own. Throws SQLite::Exception.
PlanChange add_seeds(SQLite::Database& database, std::int64_t sweep, const sweep::Plan& plan,
                     const std::string& difference);

// Makes `plan` the plan of the sweep in that row: trials of equal key stay as they are (finished ones with their
// results), trials that are not in it any more become 'pruned', the others are planned; an amendment records the
// difference and both hashes. No transaction of its own. Throws SQLite::Exception.
PlanChange extend_plan(SQLite::Database& database, std::int64_t sweep, const sweep::Plan& plan,
                       const std::string& difference);

}  // namespace headsweep::results
