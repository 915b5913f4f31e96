#include "results/row_insert.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/check.h"
#include "results/cells.h"
#include "results/sql_text.h"

namespace headsweep::results {
namespace {

std::string insert_sql(const std::string& table, const std::vector<std::string>& columns,
                       const std::vector<std::string>& unhashed) {
  std::vector<std::string> names = columns;
  names.insert(names.end(), unhashed.begin(), unhashed.end());
  names.emplace_back("row_hash");
  const std::vector<std::string> marks(names.size(), "?");
  return "INSERT INTO " + table + " (" + join(names, ", ") + ") VALUES (" + join(marks, ", ") + ")";
}

}  // namespace

RowInsert::RowInsert(SQLite::Database& database, const std::string& table, std::vector<std::string> columns,
                     std::vector<std::string> unhashed)
    : hashed_(columns.size()), hash_(columns), statement_(database, insert_sql(table, columns, unhashed)) {}

void RowInsert::operator()(std::span<const Cell> row) {
  int index = 0;
  for (const Cell& cell : row) bind_cell(statement_, ++index, cell);
  statement_.bind(++index, hash_(row.first(hashed_)));
  statement_.exec();
  statement_.reset();
}

RowRehash::RowRehash(SQLite::Database& database, const std::string& table,
                     const std::vector<std::string>& columns, const std::string& key)
    : hash_(columns),
      read_(database, "SELECT " + join(columns, ", ") + " FROM " + table + " WHERE " + key + " = ?"),
      write_(database, "UPDATE " + table + " SET row_hash = ? WHERE " + key + " = ?") {}

void RowRehash::operator()(std::int64_t key) {
  read_.bind(1, key);
  check(read_.executeStep(), "a row to hash is missing");
  const std::int64_t hash = hash_(read_row(read_));
  read_.reset();
  write_.bind(1, hash);
  write_.bind(2, key);
  write_.exec();
  write_.reset();
}

}  // namespace headsweep::results
