// [replicate]: once every trial of a sweep has ended, more seeds where an interval is still wide.
#pragma once

#include <filesystem>
#include <string>

#include "results/store.h"

namespace headsweep::results {

// OwnedStore::replicate() on an open database. One transaction. Throws UserError, SQLite::Exception.
Replication replicate_sweep(SQLite::Database& database, const std::filesystem::path& store,
                            const sweep::Sweep& sweep);

// Whether the rule has fixed the number of seeds: all first ones have ended. Throws SQLite::Exception.
bool has_replicated(SQLite::Database& database);

}  // namespace headsweep::results
