// Files below a store's folder that nobody needs any more.
#pragma once

#include <filesystem>

#include "results/store.h"

namespace headsweep::cli {

// Checkpoints of trials that are done: trainers remove those of trials whose results they learn to be committed, which one
// that is stopped or killed does not. Nobody may be training into the store. Throws UserError.
void remove_needless_checkpoints(results::OwnedStore& store);

// All checkpoints, and what trainers that were killed while they kept a model left of it: nothing is left to resume.
void remove_leftovers(const std::filesystem::path& store);

}  // namespace headsweep::cli
