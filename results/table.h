// Rows and columns of values in memory: what a query yields, and what is written as one row.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace headsweep::results {

// One value as SQLite has it; monostate: NULL.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;  // each as long as `columns`
  bool more = false;                    // there are rows that a limit left out
};

}  // namespace headsweep::results
