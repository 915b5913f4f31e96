// Prepared statements that write whole rows together with their hash.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <SQLiteCpp/Statement.h>

#include "results/row_hash.h"
#include "results/table.h"

namespace headsweep::results {

// INSERT of one row; fills `row_hash`. Throws SQLite::Exception.
class RowInsert {
 public:
  // `unhashed`: columns beside `columns` that the hash does not cover; their values follow the others.
  RowInsert(SQLite::Database& database, const std::string& table, std::vector<std::string> columns,
            std::vector<std::string> unhashed = {});

  // `row`: one value for each of `columns`, then of `unhashed`. Reals must not be NaN (see real_cell()).
  void operator()(std::span<const Cell> row);

 private:
  std::size_t size_;
  RowHash hash_;
  SQLite::Statement statement_;
};

// Brings the hash of a row up to date after an UPDATE. Throws SQLite::Exception.
class RowRehash {
 public:
  // `columns`: those that the hash covers. `key`: the table's INTEGER PRIMARY KEY.
  RowRehash(SQLite::Database& database, const std::string& table, const std::vector<std::string>& columns,
            const std::string& key);

  void operator()(std::int64_t key);

 private:
  RowHash hash_;
  SQLite::Statement read_;
  SQLite::Statement write_;
};

}  // namespace headsweep::results
