// Wide tables made narrow enough to read.
#pragma once

#include <string_view>

#include "results/table.h"

namespace headsweep::results {

// Keeps the columns that people look at first in the query of that name, and the columns of the arm whose values
// differ between rows, so that rows can be told apart.
// In `summary` with `nulls`: below each row one for every null measured with these models, in the same columns, and at
// the end those in closed form, once; the column `attention` says whose values they are.
Table headline(Table table, std::string_view query, bool nulls);

}  // namespace headsweep::results
