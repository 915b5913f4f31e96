#include "results/conditions.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "errors/nearest_name.h"
#include "errors/user_error.h"
#include "trial/settings.h"

namespace headsweep::results {
namespace {

Cell parse_value(const std::string& text) {
  if (text == "null" || text == "NULL") return {};
  const char* const end = text.data() + text.size();
  std::int64_t integer = 0;
  if (const auto read = std::from_chars(text.data(), end, integer);
      read.ec == std::errc() && read.ptr == end) {
    return integer;
  }
  double real = 0;
  if (const auto read = std::from_chars(text.data(), end, real); read.ec == std::errc() && read.ptr == end) {
    return real;
  }
  return text;
}

std::optional<double> number(const Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&cell)) return *real;
  return std::nullopt;
}

void require_comparable(const Table& table, std::size_t column, const Condition& condition) {
  if (!std::holds_alternative<std::string>(condition.value)) return;
  std::optional<double> example;
  for (const std::vector<Cell>& row : table.rows) {
    if (std::holds_alternative<std::string>(row[column])) return;
    if (!example) example = number(row[column]);
  }
  if (example) refuse_text_for_numbers(condition, trial::to_text(*example));
}

}  // namespace

bool holds(const Cell& cell, const Cell& value) {
  const auto left = number(cell);
  const auto right = number(value);
  return left && right ? *left == *right : cell == value;
}

Condition parse_condition(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw UserError("--where " + text + ": give column=value, for example --where heads=4");
  }
  return {text.substr(0, equals), parse_value(text.substr(equals + 1)), text};
}

void require_column(const Condition& condition, std::string_view query,
                    std::span<const std::string> columns) {
  if (std::ranges::find(columns, condition.column) != columns.end()) return;
  const std::vector<std::string_view> names(columns.begin(), columns.end());
  throw UserError("--where " + condition.text + ": '" + std::string(query) + "' has no column '" +
                  condition.column + "'" + did_you_mean(condition.column, names));
}

void refuse_text_for_numbers(const Condition& condition, const std::string& example) {
  throw UserError("--where " + condition.text + ": column '" + condition.column + "' holds numbers, and '" +
                  std::get<std::string>(condition.value) + "' is none; for example --where " +
                  condition.column + "=" + example);
}

Table filtered(Table table, std::string_view query, std::span<const Condition> conditions) {
  if (table.columns.empty()) return table;  // nothing was compared
  for (const Condition& condition : conditions) {
    require_column(condition, query, table.columns);
    const auto column =
        static_cast<std::size_t>(std::ranges::find(table.columns, condition.column) - table.columns.begin());
    require_comparable(table, column, condition);
    std::erase_if(table.rows,
                  [&](const std::vector<Cell>& row) { return !holds(row[column], condition.value); });
  }
  return table;
}

}  // namespace headsweep::results
