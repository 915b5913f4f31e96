// A store opened for reading, also while a run writes to it.
#pragma once

#include <filesystem>
#include <memory>

namespace SQLite {
class Database;
}

namespace headsweep::results {

// Takes no lock that keeps a run out for long: none at all in WAL mode. Used by one thread.
class StoreReader {
 public:
  // Throws UserError with one line: no such file, not a store, of a newer headsweep, damaged.
  explicit StoreReader(const std::filesystem::path& store);
  ~StoreReader();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  SQLite::Database& database() { return *database_; }

 private:
  std::filesystem::path path_;
  std::unique_ptr<SQLite::Database> database_;
};

}  // namespace headsweep::results
