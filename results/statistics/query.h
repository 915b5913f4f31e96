// The named queries whose rows are computed from all trials instead of selected: `differences`, `trend`, `nulls`.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "results/conditions.h"
#include "results/reader.h"
#include "results/table.h"

namespace headsweep::results {

inline constexpr std::array<std::string_view, 3> kStatisticsQueries = {"differences", "trend", "nulls"};

// `name`: one of kStatisticsQueries. Conditions on metric, layer, split and at (steps, accuracy) choose what is computed:
// without them, the metrics of [analysis] and those that people look at first, all layers, the split of [analysis], at
// equal steps. `headline`: the columns and, without a condition on it, the layers that people look at first. `limit`:
// rows that are wanted; 0: all. Throws
// UserError.
Table run_statistics_query(StoreReader& store, std::string_view name, std::span<const Condition> conditions,
                           bool headline, std::int64_t limit);

}  // namespace headsweep::results
