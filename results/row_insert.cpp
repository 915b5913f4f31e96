#include "results/row_insert.h"

#include <bit>

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
    : size_(columns.size() + unhashed.size()),
      hash_(columns),
      statement_(database, insert_sql(table, columns, unhashed)) {}

void RowInsert::operator()(std::span<const Cell> row) {
  check(row.size() == size_, "row and columns differ in number");
  std::uint64_t hash = 0;
  // Each step of the hash waits for the one before it; values are bound meanwhile.
  for (const std::size_t position : hash_.order()) {
    hash = hash_.with(hash, position, row[position]);
    bind_cell(statement_, static_cast<int>(position) + 1, row[position]);
  }
  for (std::size_t position = hash_.order().size(); position < row.size(); ++position)
    bind_cell(statement_, static_cast<int>(position) + 1, row[position]);
  statement_.bind(static_cast<int>(row.size()) + 1, std::bit_cast<std::int64_t>(hash));
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
