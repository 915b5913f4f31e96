// Where the numbers come from: the frozen sweep, its amendments, programs, machines.
#pragma once

#include "results/report/json.h"

namespace SQLite {
class Database;
}

namespace headsweep::report {

// {"name", "hash", "parameters", "as_of", "headsweep_version" (of this program), "canonical", "facts": [[name, text]],
// "amendments": rows, "workers": rows, "builds": rows}. Throws SQLite::Exception.
Json provenance_json(SQLite::Database& database);

}  // namespace headsweep::report
