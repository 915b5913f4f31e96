// Clears up after a run that ended without a word.
#pragma once

#include <optional>

#include "results/owner_lock.h"

namespace SQLite {
class Database;
}

namespace headsweep::results {

// Attempts still 'running' become 'interrupted', their trials 'planned', workers still 'running' 'lost'; an event
// says so, with the owner that was lost if it left its name. Only the owner may call this. One transaction.
// Throws SQLite::Exception.
void recover_lost_run(SQLite::Database& database, const std::optional<Owner>& lost);

}  // namespace headsweep::results
