// Results whose products were rounded to TF32 are not those of float32: a store has either, so that no mean and no test
// is over both.
#pragma once

#include <optional>
#include <string>

#include "results/store.h"

namespace headsweep::results {

// Whether the results of trials that took the fused step, in a database attached as `schema`, were trained with TF32;
// nothing where there are none. The eager step is float32 always and goes with both.
std::optional<bool> tf32_of_results(SQLite::Database& database, const std::string& schema = "main");

// Throws UserError, one line, where the store has results of the other kind than a run with this `tf32` would add.
void require_equal_tf32(OwnedStore& store, bool tf32);

}  // namespace headsweep::results
