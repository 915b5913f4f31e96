// Cells from and to SQLite statements and optional values.
#pragma once

#include <optional>

#include "results/table.h"

namespace SQLite {
class Column;
class Statement;
}  // namespace SQLite

namespace headsweep::results {

// NaN becomes NULL.
Cell real_cell(double value);
// "" becomes NULL.
Cell text_cell(const std::string& text);

template <class T>
Cell optional_cell(const std::optional<T>& value) {
  return value ? Cell(*value) : Cell();
}

// A BLOB becomes its hexadecimal digits.
Cell read_cell(const SQLite::Column& column);
std::vector<Cell> read_row(SQLite::Statement& statement);

// Binds without copying text: `cell` must live until the statement was stepped.
void bind_cell(SQLite::Statement& statement, int index, const Cell& cell);

}  // namespace headsweep::results
