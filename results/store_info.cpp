#include "results/store_info.h"

#include <array>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/row_insert.h"

namespace headsweep::results {

void set_info(SQLite::Database& database, const std::string& name, const std::string& value) {
  SQLite::Statement forget(database, "DELETE FROM store_info WHERE name = ?");
  forget.bind(1, name);
  forget.exec();
  if (value.empty()) return;
  RowInsert insert(database, "store_info", {"name", "value"});
  insert(std::array<Cell, 2>{name, value});
}

std::string get_info(SQLite::Database& database, const std::string& name) {
  SQLite::Statement statement(database, "SELECT value FROM store_info WHERE name = ?");
  statement.bind(1, name);
  return statement.executeStep() ? statement.getColumn(0).getString() : std::string();
}

}  // namespace headsweep::results
