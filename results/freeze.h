// The plan goes into the store once; later runs compare, resume or extend it.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "results/store.h"

namespace headsweep::results {

// OwnedStore::freeze() on an open database; `store` names it in messages. One transaction. Throws UserError,
// SQLite::Exception.
FrozenSweep freeze_sweep(SQLite::Database& database, const std::filesystem::path& store,
                         const sweep::Sweep& sweep, IfChanged if_changed,
                         const std::function<sweep::Plan()>& expand,
                         const std::optional<sweep::Shard>& shard);

// What is open of the sweep in that row.
FrozenSweep load_sweep(SQLite::Database& database, std::int64_t sweep);

}  // namespace headsweep::results
