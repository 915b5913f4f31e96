// What each arm got and what became of it: the arms of the report's document.
#pragma once

#include "results/report/axes.h"

namespace SQLite {
class Database;
}

namespace headsweep::report {

// One object an arm, in the order of Statistics::arms: label, task, heads, baseline (index or null), at (place on each
// axis), parameters, mismatch, steps, tokens, flops, train_seconds (mean of the done ones), accuracy, chance, ceiling,
// reached, planned, done, failed, diverged. Throws SQLite::Exception.
Json arms_json(SQLite::Database& database, const results::Statistics& statistics,
               const std::vector<Axis>& axes);

}  // namespace headsweep::report
