// Questions to a store: by name over its views, or any SQL that only reads.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "results/reader.h"
#include "results/table.h"

namespace headsweep::results {

struct Query {
  std::string name = "summary";    // one of query_names()
  std::vector<std::string> where;  // "column=value", all must hold; "column=null": absent
  // Only the columns that people look at first, and those of the arm that differ between rows.
  bool headline = false;
};

// trials, layers, heads, curve, summary, pairs, failures, workers.
std::span<const std::string_view> query_names();

// Rows in a fixed order. Throws UserError: unknown name or column (with the nearest one), a condition without '=',
// or a store that cannot be read.
Table run_query(StoreReader& store, const Query& query);

// One SELECT. Throws UserError on anything that could write or open another file, on more than one statement, and on
// errors of SQL.
Table run_sql(StoreReader& store, const std::string& sql);

}  // namespace headsweep::results
