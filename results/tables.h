// The tables of the store: names, columns, constraints. What people query are the views (views.h).
#pragma once

#include <string>
#include <vector>

namespace headsweep::results {

struct ColumnSpec {
  std::string name;
  std::string definition;  // type and constraints
  bool hashed = true;      // covered by the row's hash
};

struct TableSpec {
  std::string name;
  std::vector<ColumnSpec> columns;
  std::vector<std::string> constraints;
  bool clustered = false;  // rows lie in the order of the primary key (WITHOUT ROWID)
};

// All tables, those that others refer to first. A table whose rows carry a hash has the column `row_hash`.
std::vector<TableSpec> store_tables();

TableSpec find_table(const std::string& name);
std::string create_table_sql(const TableSpec& table);

// What the hash of the table's rows covers, in table order.
std::vector<std::string> hashed_columns(const TableSpec& table);

}  // namespace headsweep::results
