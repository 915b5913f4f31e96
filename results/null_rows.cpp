#include "results/null_rows.h"

#include <algorithm>
#include <optional>
#include <string>

#include "metrics/metric.h"
#include "results/null_names.h"

namespace headsweep::results {
namespace {

constexpr const char* kTrained = "trained";

// By column of `narrow`: where `wide` has the null's value of it, if it is a metric.
using NullColumns = std::vector<std::optional<std::size_t>>;

NullColumns columns_of(const NullName& null, const Table& narrow, const Table& wide) {
  NullColumns columns;
  for (const std::string& name : narrow.columns) {
    const auto found = std::ranges::find(wide.columns, name + "_" + std::string(null.name));
    const bool exists = metrics::find_metric(name).has_value() && found != wide.columns.end();
    columns.push_back(exists ? std::optional<std::size_t>(found - wide.columns.begin()) : std::nullopt);
  }
  return columns;
}

// Where `attention` goes: before the first metric.
std::ptrdiff_t attention_column(const Table& narrow) {
  const auto first = std::ranges::find_if(
      narrow.columns, [](const std::string& name) { return metrics::find_metric(name).has_value(); });
  return first - narrow.columns.begin();
}

// The null's values in the columns of `narrow`; nothing if it has none.
std::optional<std::vector<Cell>> null_row(const NullColumns& columns, const std::vector<Cell>& wide_row) {
  std::vector<Cell> row;
  bool any = false;
  for (const std::optional<std::size_t>& column : columns) {
    row.push_back(column ? wide_row[*column] : Cell());
    any = any || !std::holds_alternative<std::monostate>(row.back());
  }
  return any ? std::optional(std::move(row)) : std::nullopt;
}

}  // namespace

Table with_null_rows(const Table& narrow, const Table& wide) {
  const std::ptrdiff_t place = attention_column(narrow);
  const auto named = [place](std::vector<Cell> row, std::string_view name) {
    row.insert(row.begin() + place, std::string(name));
    return row;
  };
  Table table = {narrow.columns, {}, narrow.more};
  table.columns.insert(table.columns.begin() + place, "attention");
  std::vector<std::vector<Cell>> closed;
  for (std::size_t i = 0; i < narrow.rows.size(); ++i) {
    table.rows.push_back(named(narrow.rows[i], kTrained));
    for (const NullName& null : kNullNames) {
      auto values = null_row(columns_of(null, narrow, wide), wide.rows[i]);
      if (!values) continue;
      std::vector<Cell> row = named(std::move(*values), null.name);
      if (null.of_trial) {
        table.rows.push_back(std::move(row));
      } else if (std::ranges::find(closed, row) == closed.end()) {
        closed.push_back(std::move(row));
      }
    }
  }
  table.rows.insert(table.rows.end(), closed.begin(), closed.end());
  return table;
}

}  // namespace headsweep::results
