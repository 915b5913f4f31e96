// A store for people without SQLite: its views as CSV files; and a copy of it, consistent while a run writes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "results/reader.h"

namespace headsweep::results {

// Writes <view>.csv for every view of docs/store.md and data_dictionary.csv, which says what each column means, into
// `folder`; makes the folder if need be and replaces files of these names. All of them show one moment of the store.
// Returns the files. Throws UserError if one cannot be written.
std::vector<std::filesystem::path> export_views(StoreReader& store, const std::filesystem::path& folder);

// A copy of the store as of one moment, in one file without a write-ahead log. Throws UserError if `file` exists already
// or cannot be written; then nothing is left of it. It has its name once it is whole and on the disk.
void export_snapshot(StoreReader& store, const std::filesystem::path& file);

}  // namespace headsweep::results
