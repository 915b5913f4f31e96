// Whether a store still says what was written to it.
#pragma once

#include <string>
#include <vector>

#include "results/reader.h"

namespace headsweep::results {

struct Finding {
  std::string where;    // "layer_metrics trial 17, layer 0, split train", "models/12.pt", "file"
  std::string problem;  // one line
};

// Checks, in this order: SQLite's integrity check (pages, indexes, types, CHECK constraints), foreign keys, the
// schema, the hash of every row, plan hashes, trial keys and everything else that follows from a trial's settings,
// results against trials (none missing, none too many, none of a trial that is not done), running sums made anew from
// the results, kept weights against their
// SHA-256, if STORE.d/models is there at all. Does not write. A file so damaged that it cannot be read to the end yields a finding, not an exception.
std::vector<Finding> verify(StoreReader& store);

}  // namespace headsweep::results
