#include "results/merge_rows.h"

#include <set>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/cells.h"
#include "results/row_insert.h"
#include "results/sql_text.h"
#include "results/tables.h"

namespace headsweep::results {
namespace {

std::set<std::string> columns_of_source(SQLite::Database& database, const std::string& table) {
  SQLite::Statement statement(database, "SELECT name FROM pragma_table_info(?, 'source')");
  statement.bind(1, table);
  std::set<std::string> names;
  while (statement.executeStep()) names.insert(statement.getColumn(0).getString());
  return names;
}

// A number that nothing refers to and no hash covers is given anew.
bool is_given_anew(const ColumnSpec& column) {
  return !column.hashed && column.definition.starts_with("INTEGER PRIMARY KEY");
}

struct CommonColumns {
  std::vector<std::string> hashed;
  std::vector<std::string> unhashed;
};

CommonColumns common_columns(SQLite::Database& database, const std::string& table) {
  const std::set<std::string> existing = columns_of_source(database, table);
  CommonColumns columns;
  for (const ColumnSpec& column : find_table(table).columns) {
    if (!existing.contains(column.name) || is_given_anew(column) || column.name == "row_hash") continue;
    (column.hashed ? columns.hashed : columns.unhashed).push_back(column.name);
  }
  return columns;
}

bool has_equal_layout(SQLite::Database& database, const std::string& table) {
  SQLite::Statement statement(
      database,
      "SELECT 1 FROM main.sqlite_schema m JOIN source.sqlite_schema s ON s.sql = m.sql"
      " WHERE m.type = 'table' AND m.name = ?");
  statement.bind(1, table);
  return statement.executeStep();
}

}  // namespace

void copy_rows(SQLite::Database& database, const std::string& table, const std::string& condition) {
  auto [columns, unhashed] = common_columns(database, table);
  columns.insert(columns.end(), unhashed.begin(), unhashed.end());
  columns.emplace_back("row_hash");
  const std::string list = join(columns, ", ");
  database.exec("INSERT INTO main." + table + " (" + list + ") SELECT " + list + " FROM source." + table +
                " s WHERE " + condition);
}

void copy_all_rows(SQLite::Database& database, const std::string& table) {
  if (has_equal_layout(database, table)) {
    database.exec("INSERT INTO main." + table + " SELECT * FROM source." + table);
  } else {
    copy_rows(database, table, "true");
  }
}

void copy_renumbered_rows(SQLite::Database& database, const std::string& table,
                          const Renumbering& renumbering, const std::string& condition) {
  const auto [hashed, unhashed] = common_columns(database, table);
  std::vector<std::string> expressions;
  for (const auto* names : {&hashed, &unhashed}) {
    for (const std::string& name : *names) {
      const auto found = renumbering.find(name);
      expressions.push_back(found == renumbering.end() ? "s." + name : found->second);
    }
  }
  SQLite::Statement rows(
      database, "SELECT " + join(expressions, ", ") + " FROM source." + table + " s WHERE " + condition);
  RowInsert insert(database, table, hashed, unhashed);
  while (rows.executeStep()) insert(read_row(rows));
}

}  // namespace headsweep::results
