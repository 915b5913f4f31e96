#include "results/views.h"

namespace headsweep::results {

std::vector<ViewSpec> store_views() {
  std::vector<ViewSpec> views = {
      {"trial_results", trial_results_sql()},
      {"layer_results", layer_results_sql()},
      {"head_results", head_results_sql()},
      {"curve_results", curve_results_sql()},
      {"at_accuracy", at_accuracy_sql()},
      {"failures", failures_sql()},
      {"summary", summary_sql()},
      {"nulls", nulls_sql()},
      {"pair_keys", pair_keys_sql()},
      {"pairs", pairs_sql()},
  };
  for (ViewSpec& view : views) view.sql = "CREATE VIEW " + view.name + " AS\n" + view.sql;
  return views;
}

}  // namespace headsweep::results
