// The triggers of the store: they keep the table `arms`, whoever changes a trial's state.
#pragma once

#include <array>
#include <string_view>

namespace SQLite {
class Database;
}

namespace headsweep::results {

// In the order of TrialState; columns of `arms`.
inline constexpr std::array<std::string_view, 6> kTrialStateNames = {"planned", "running",   "done",
                                                                     "failed",  "cancelled", "pruned"};

// Counts the trials there are and creates the triggers. Throws SQLite::Exception.
void create_triggers(SQLite::Database& database);

}  // namespace headsweep::results
