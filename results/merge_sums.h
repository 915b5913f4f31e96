// Running sums of the stores that are merged.
#pragma once

namespace SQLite {
class Database;
}

namespace headsweep::results {

// After trials and results of `source` were copied into `main`: copies the lines of trial_values, and adds the sums of arms
// whose trials were all taken; those of others are summed by finish_merged_sums(). Throws SQLite::Exception, UserError.
void merge_sums(SQLite::Database& database);

void finish_merged_sums(SQLite::Database& database);

}  // namespace headsweep::results
