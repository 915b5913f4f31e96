#include "results/reader.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/connection.h"

namespace headsweep::results {

StoreReader::StoreReader(const std::filesystem::path& store)
    : path_(store), database_(std::make_unique<SQLite::Database>(open_for_reading(store))) {}

StoreReader::~StoreReader() = default;

}  // namespace headsweep::results
