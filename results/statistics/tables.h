// Statistics as tables: what the queries `differences`, `trend` and `nulls` show.
#pragma once

#include "results/statistics/statistics.h"
#include "results/table.h"

namespace headsweep::results {

// A row an arm with a baseline, layer and metric.
Table differences_table(const Statistics& statistics);
// A row a task, group of other axes, layer and metric.
Table trends_table(const Statistics& statistics);
// A row an arm, layer, metric and null.
Table nulls_table(const Statistics& statistics);

}  // namespace headsweep::results
