// Running sums of the stores that are merged.
#pragma once

#include <filesystem>

namespace SQLite {
class Database;
}

namespace headsweep::results {

// After trials and results of `source` were copied into `main`: copies the lines of trial_values, and adds the sums of arms
// whose trials were all taken; those of others are summed by finish_merged_sums(). Throws SQLite::Exception, UserError.
void merge_sums(SQLite::Database& database);

// Makes the tests too. Outside of transactions. `file`: that of the database, which threads open to read arms side by
// side: of many shards no arm was summed, and reading all results again takes as long as copying them. Throws as above.
void finish_merged_sums(SQLite::Database& database, const std::filesystem::path& file);

}  // namespace headsweep::results
