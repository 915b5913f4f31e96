// `verify`: the hash of every row.
#include <algorithm>
#include <set>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/cells.h"
#include "results/row_hash.h"
#include "results/sql_text.h"
#include "results/tables.h"
#include "results/verify_parts.h"

namespace headsweep::results {
namespace {

struct TableColumns {
  std::vector<std::string> hashed;
  std::vector<std::string> key;
};

// As the file has them: a store of another version may have columns that this program does not know; they are hashed.
TableColumns columns_in_file(SQLite::Database& database, const TableSpec& table) {
  std::set<std::string> unhashed;
  for (const ColumnSpec& column : table.columns) {
    if (!column.hashed) unhashed.insert(column.name);
  }
  SQLite::Statement statement(database, "SELECT name, pk FROM pragma_table_info(?)");
  statement.bind(1, table.name);
  TableColumns columns;
  while (statement.executeStep()) {
    const std::string name = statement.getColumn(0).getString();
    if (!unhashed.contains(name)) columns.hashed.push_back(name);
    if (statement.getColumn(1).getInt() > 0) columns.key.push_back(name);
  }
  return columns;
}

std::string describe_row(const std::string& table, const std::vector<std::string>& key,
                         const std::vector<Cell>& row) {
  std::string text = table;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const Cell& cell = row[row.size() - key.size() + i];
    const auto* integer = std::get_if<std::int64_t>(&cell);
    const auto* name = std::get_if<std::string>(&cell);
    text += (i == 0 ? " " : ", ") + key[i] + " " + (integer ? std::to_string(*integer) : name ? *name : "?");
  }
  return text;
}

void verify_table(SQLite::Database& database, const TableSpec& table, std::vector<Finding>& findings) {
  const auto [hashed, key] = columns_in_file(database, table);
  const RowHash hash(hashed);
  SQLite::Statement statement(database, "SELECT " + join(hashed, ", ") + ", row_hash, " + join(key, ", ") +
                                            " FROM " + table.name + " NOT INDEXED");
  while (statement.executeStep()) {
    const std::vector<Cell> row = read_row(statement);
    const std::span<const Cell> values(row.data(), hashed.size());
    const auto* const stored = std::get_if<std::int64_t>(&row[hashed.size()]);
    if (stored != nullptr && *stored == hash(values)) continue;
    findings.push_back(
        {describe_row(table.name, key, row), "the row is not as it was written: its hash differs"});
  }
}

}  // namespace

void verify_row_hashes(SQLite::Database& database, std::vector<Finding>& findings) {
  for (const TableSpec& table : store_tables()) {
    // Running sums have no hashes: they are made anew (verify_sums()).
    if (std::ranges::find(table.columns, "row_hash", &ColumnSpec::name) != table.columns.end())
      verify_table(database, table, findings);
  }
}

}  // namespace headsweep::results
