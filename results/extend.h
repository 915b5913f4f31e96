// A frozen plan that is changed on purpose (`run --extend`).
#pragma once

#include <cstdint>
#include <string>

#include "sweep/plan.h"

namespace SQLite {
class Database;
}

namespace headsweep::results {

// Makes `plan` the plan of the sweep in that row: trials of equal key stay as they are (finished ones with their
// results), trials that are not in it any more become 'pruned', the others are planned; an amendment records the
// difference and both hashes. No transaction of its own. Throws SQLite::Exception.
void extend_plan(SQLite::Database& database, std::int64_t sweep, const sweep::Plan& plan,
                 const std::string& difference);

}  // namespace headsweep::results
