// What failed: attempts by reason, the last of them, and pairs that could not be formed.
#pragma once

#include "results/report/comparisons.h"

namespace SQLite {
class Database;
}

namespace headsweep::report {

// {"reasons": [[arm, reason, attempts, trials, failed for good]], "last": [[trial, arm, seed, state, reason, message,
// at]], "broken": [[arm, reason, pairs]]}; arms by their label. Throws SQLite::Exception.
Json failures_json(SQLite::Database& database, const results::Statistics& statistics,
                   const std::vector<ConfirmatoryTest>& tests);

}  // namespace headsweep::report
