// Copies rows of the attached store `source` into the store `main`.
#pragma once

#include <string>

#include "results/merge_numbers.h"

namespace headsweep::results {

// Columns that only one of the two files has are left out: an older file has none of the newest settings, whose
// defaults hold then. `condition`: SQL over a row `s` of the source. All throw SQLite::Exception.

// With the hashes they have: for rows that keep all their numbers.
void copy_rows(SQLite::Database& database, const std::string& table, const std::string& condition);

// All of them, in the same way. Of a table of equal layout SQLite copies whole records where `main` has no row yet,
// without looking into them. Requires a table whose rows are numbered by what they are of.
void copy_all_rows(SQLite::Database& database, const std::string& table);

// With new numbers and new hashes, row by row.
void copy_renumbered_rows(SQLite::Database& database, const std::string& table,
                          const Renumbering& renumbering, const std::string& condition);

}  // namespace headsweep::results
