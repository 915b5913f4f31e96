#include "results/cells.h"

#include <cmath>

#include <SQLiteCpp/SQLiteCpp.h>

namespace headsweep::results {
namespace {

// SQLite stores an integer in a REAL column in 0 to 6 bytes instead of 8 and reads it back as the same real: zeros,
// ones and whole steps are frequent among metrics. Only where that is exact: not -0.0.
bool is_small_integer(double value) {
  constexpr double kLimit = 1 << 30;
  return std::abs(value) < kLimit && value == std::trunc(value) && !(value == 0 && std::signbit(value));
}

std::string hex_digits(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string digits;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    digits += kDigits[byte >> 4];
    digits += kDigits[byte & 15];
  }
  return digits;
}

}  // namespace

Cell real_cell(double value) {
  return std::isnan(value) ? Cell() : Cell(value);
}

Cell text_cell(const std::string& text) {
  return text.empty() ? Cell() : Cell(text);
}

Cell read_cell(const SQLite::Column& column) {
  if (column.isNull()) return {};
  if (column.isInteger()) return column.getInt64();
  if (column.isFloat()) return column.getDouble();
  if (column.isBlob()) return hex_digits(column.getString());
  return column.getString();
}

std::vector<Cell> read_row(SQLite::Statement& statement) {
  std::vector<Cell> row;
  const int count = statement.getColumnCount();
  row.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) row.push_back(read_cell(statement.getColumn(i)));
  return row;
}

void bind_cell(SQLite::Statement& statement, int index, const Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) {
    statement.bind(index, *integer);
  } else if (const auto* text = std::get_if<std::string>(&cell)) {
    statement.bindNoCopy(index, *text);
  } else if (const auto* real = std::get_if<double>(&cell)) {
    if (is_small_integer(*real)) {
      statement.bind(index, static_cast<std::int64_t>(*real));
    } else {
      statement.bind(index, *real);
    }
  } else {
    statement.bind(index);
  }
}

}  // namespace headsweep::results
