// Creates the tables and views of a store and brings older ones up to date.
#pragma once

#include <string>

namespace SQLite {
class Database;
}

namespace headsweep::results {

// In one transaction: runs the migrations from the file's user_version to kSchemaVersion, adds tables, and
// columns of settings and metrics, that came since, recreates the views. Does not write if nothing changed. Throws SQLite::Exception.
void migrate(SQLite::Database& database);

// SHA-256 over the definitions of all tables, indexes and views as they stand in the file.
std::string schema_hash(SQLite::Database& database);

// The hash as migrate() stored it; "" if there is none.
std::string stored_schema_hash(SQLite::Database& database);

}  // namespace headsweep::results
