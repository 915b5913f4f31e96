// What the arms of a sweep differ in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/report/json.h"
#include "results/statistics/statistics.h"

namespace headsweep::report {

struct Axis {
  std::string column;                         // of trial_results: "heads"
  std::vector<results::Cell> values;          // ascending
  std::optional<std::size_t> baseline_place;  // of the value that [analysis] baseline names
  std::vector<std::size_t> place_of_arm;      // index into `values`, by arm
};

// In the order of the sweep file. Left out are those with one value, and those that another one determines (the other
// settings of a [[zip]]).
std::vector<Axis> axes_of(const results::Statistics& statistics);

// [{"column", "values", "baseline_place"}]
Json axes_json(const std::vector<Axis>& axes);

}  // namespace headsweep::report
