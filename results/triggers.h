// The triggers of the store: they keep the table `arms`, whoever changes a trial's state, and forget tests that no longer
// hold, whoever changes what is tested.
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

// Deletes from sign_flip_tests what was tested with other values or other random signs: of an arm and its baseline with
// each of their trials whose values come or go, all when the plan changes. Replaces triggers of that name. Throws as above.
void create_test_triggers(SQLite::Database& database);

}  // namespace headsweep::results
