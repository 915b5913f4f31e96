// Wide tables made narrow enough to read.
#pragma once

#include <string_view>

#include "results/table.h"

namespace headsweep::results {

// Keeps the columns that people look at first in the query of that name, and the columns of the arm whose values
// differ between rows, so that rows can be told apart.
Table headline(Table table, std::string_view query);

}  // namespace headsweep::results
