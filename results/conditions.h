// Conditions of people on the rows of a table: "heads=4".
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "results/table.h"

namespace headsweep::results {

struct Condition {
  std::string column;
  Cell value;        // a number where the text is one; monostate for "null"
  std::string text;  // as it was given
};

// "column=value". Throws UserError without '=' or a column.
Condition parse_condition(const std::string& text);

// Whether a value is the one asked for: numbers of either kind compare by value.
bool holds(const Cell& cell, const Cell& value);

// Throws UserError, with the nearest name, if the query's rows have no such column.
void require_column(const Condition& condition, std::string_view query, std::span<const std::string> columns);

// Text never equals a number: somebody who compares them has mistyped one. `example`: a value that the column holds.
void refuse_text_for_numbers(const Condition& condition, const std::string& example);

// The rows in which all conditions hold. Throws UserError as above.
Table filtered(Table table, std::string_view query, std::span<const Condition> conditions);

}  // namespace headsweep::results
