// A store that does not exist yet, because an array of jobs is still training its shards.
#pragma once

#include <string>

#include "results/status.h"

namespace headsweep::cli {

// Whether there is no store but jobs were submitted for it.
bool is_still_in_shards(const std::string& store);

// Counts, rate and failures of all its shards together. Throws UserError.
results::Status read_status_of_shards(const std::string& store);

}  // namespace headsweep::cli
