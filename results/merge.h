// One store from several of the same schema.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "results/owner_lock.h"

namespace headsweep::results {

struct MergeReport {
  std::int64_t stores = 0;
  std::int64_t trials = 0;
  std::int64_t done = 0;
  std::vector<std::string> notes;  // lines for the person: where the first was kept, which shards are missing
};

// Makes `out` of all trials, attempts, results, workers and events of `stores`, in their order. Trials of one sweep
// (equal plan hash) with equal keys become one: where both have results of equal numerics their values must agree, to
// the bit; where numerics differ the first is kept and an event says so. Shards that make a whole plan make a store of
// the whole plan. Trials keep their numbers unless two stores use one for different trials. Kept weights and logs of
// trials are copied. The stores are only read. Built beside `out` and then put in its place, so that `out` is either
// as before or whole; `out` is owned meanwhile, another owner of it waited for as `patience` says. Throws UserError: `out` is there and `replace` is false; a store is
// missing, damaged, of another schema, in use by a run, named twice; values that should agree do not; one has results
// with TF32 and another without (tf32_results.h).
MergeReport merge_stores(const std::filesystem::path& out, const std::vector<std::filesystem::path>& stores,
                         bool replace, const OwnerPatience& patience = {});

}  // namespace headsweep::results
