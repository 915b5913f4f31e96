// Questions that Datasette answers with one click, in SQL over the views of a store.
#pragma once

#include <string>
#include <vector>

#include "results/statistics/arms.h"

namespace headsweep::results {

struct CannedQuery {
  std::string name;
  std::string title;
  std::string sql;  // :name is a field of its form
};

// Of a sweep with that analysis: where axes beside task and heads vary, their values stand beside those. Means are over
// the seeds of one arm; walk times (mixing and hitting times but mixing_time_paper) are averaged as log10.
std::vector<CannedQuery> canned_queries(const SweepAnalysis& analysis);

}  // namespace headsweep::results
