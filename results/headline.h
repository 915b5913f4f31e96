// Wide tables made narrow enough to read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "results/table.h"

namespace headsweep::results {

// Of the columns that the query of that name has, those that headline() needs: a view computes no other.
std::vector<std::string> headline_columns(std::string_view query, const std::vector<std::string>& all);

// Keeps the columns that people look at first in the query of that name, and the columns of the arm whose values
// differ between rows, so that rows can be told apart.
// In `summary` a metric reads "mean [low, high]" where there is an interval over seeds; with `nulls` there is below each
// row one for every null measured with these models, in the same columns, and at the end those in closed form, once; the
// column `attention` says whose values they are.
Table headline(Table table, std::string_view query, bool nulls);

}  // namespace headsweep::results
