// The parts of `verify`: each appends what it finds. They throw SQLite::Exception where the file cannot be read.
#pragma once

#include <vector>

#include "results/verify.h"

namespace headsweep::results {

void verify_pages(SQLite::Database& database, std::vector<Finding>& findings);
void verify_foreign_keys(SQLite::Database& database, std::vector<Finding>& findings);
void verify_schema(SQLite::Database& database, std::vector<Finding>& findings);
void verify_row_hashes(SQLite::Database& database, std::vector<Finding>& findings);
void verify_plan(SQLite::Database& database, std::vector<Finding>& findings);
void verify_trials(SQLite::Database& database, std::vector<Finding>& findings);
void verify_results(SQLite::Database& database, std::vector<Finding>& findings);
void verify_sums(SQLite::Database& database, std::vector<Finding>& findings);
void verify_models(SQLite::Database& database, const std::filesystem::path& store,
                   std::vector<Finding>& findings);

}  // namespace headsweep::results
