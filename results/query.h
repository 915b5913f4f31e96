// Questions to a store: by name over its views, or any SQL that only reads.
#pragma once

#include <cstdint>
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
  // Only the columns that people look at first, and those of the arm that differ between rows; in `summary` the nulls
  // as rows below the values (results/headline.h) instead of columns beside them.
  bool headline = false;
  bool nulls = true;       // with headline: these rows
  std::int64_t limit = 0;  // most rows read from the store; 0: all
};

// trials, layers, heads, curve, summary, pairs, failures, workers, differences, trend, nulls.
std::span<const std::string_view> query_names();

// Rows in a fixed order. Throws UserError: unknown name or column (with the nearest one), a condition without '=', text
// for a column of numbers,
// or a store that cannot be read.
Table run_query(StoreReader& store, const Query& query);

// One SELECT. Throws UserError on anything that could write or open another file, on more than one statement, and on
// errors of SQL.
Table run_sql(StoreReader& store, const std::string& sql);

}  // namespace headsweep::results
