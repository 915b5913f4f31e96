// The query `summary` from the running sums: the rows of the view of that name, without reading every trial.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "results/conditions.h"
#include "results/table.h"

namespace SQLite {
class Database;
}

namespace headsweep::results {

// `columns`: those of the view that are wanted, in its order; `conditions` on any of the view's columns, `limit`: most rows, 0:
// all. Rows in the order of sweep, task, heads, arm, layer, split. Means and deviations are exact sums rounded once, so they
// do not depend on the order in which results came. Requires has_running_sums(). Throws SQLite::Exception, UserError.
Table summary_rows(SQLite::Database& database, std::span<const std::string> columns,
                   std::span<const Condition> conditions, std::int64_t limit);

}  // namespace headsweep::results
