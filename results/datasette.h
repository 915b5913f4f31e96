// Metadata for Datasette (https://datasette.io): the views of a store as web pages with titles, the meaning of every column
// with its unit, and canned queries.
#pragma once

#include <string>

#include "results/reader.h"

namespace headsweep::results {

// YAML, for `datasette STORE --metadata FILE`: Datasette calls a database by its file's name without the ending. Titles and
// columns come from the data dictionary (data_dictionary.h). Throws UserError if the store cannot be read.
std::string datasette_metadata(StoreReader& store);

}  // namespace headsweep::results
