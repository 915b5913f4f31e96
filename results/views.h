// The views that people query: names and columns are a contract (docs/store.md).
//
// They need nothing but SQLite 3.37 with its built-in mathematical functions (sqrt, pow, log10).
#pragma once

#include <string>
#include <vector>

namespace headsweep::results {

struct ViewSpec {
  std::string name;
  std::string sql;  // CREATE VIEW ...
};

// All views, those that others use first.
std::vector<ViewSpec> store_views();

// SELECT of each of them. A view of rows of results shows trials in state 'done' only.
std::string trial_results_sql();
std::string layer_results_sql();
std::string head_results_sql();
std::string curve_results_sql();
std::string at_accuracy_sql();
std::string failures_sql();
std::string summary_sql();
std::string nulls_sql();
std::string pair_keys_sql();
std::string pairs_sql();

}  // namespace headsweep::results
