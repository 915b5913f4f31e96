// A file system that fails on request: a layer between SQLite and the real one. While an object lives, every
// connection that is opened goes through it.
#pragma once

#include <atomic>
#include <string>

#include <sqlite3.h>

namespace headsweep::results {

class FaultyVfs {
 public:
  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  // From now on writes end with this code (SQLITE_FULL, SQLITE_IOERR_WRITE); SQLITE_OK: they work.
  void fail_writes(int code) { write_error_ = code; }
  // Write errors begin after so many more bytes.
  void fail_writes_after(int code, std::int64_t bytes);
  // The same for fsync (SQLITE_IOERR_FSYNC) and for cutting files short (SQLITE_IOERR_TRUNCATE), after so many that still work.
  void fail_syncs_after(int code, std::int64_t count);
  void fail_truncations(int code) { truncate_error_ = code; }
  // Writes kill the process after so many more bytes.
  void die_after(std::int64_t bytes);
  // From now on files open for reading only, as without permission to write.
  void refuse_writing(bool refuse) { read_only_ = refuse; }

  // For the callbacks of SQLite.
  [[nodiscard]] sqlite3_vfs* real() const { return real_; }
  [[nodiscard]] bool read_only() const { return read_only_; }
  int count_write(std::int64_t bytes);
  int count_sync();
  [[nodiscard]] int truncate_error() const { return truncate_error_; }

 private:
  sqlite3_vfs* real_;
  sqlite3_vfs layer_;
  std::atomic<int> write_error_ = SQLITE_OK;
  std::atomic<std::int64_t> bytes_left_ = 0;
  std::atomic<int> sync_error_ = SQLITE_OK;
  std::atomic<std::int64_t> syncs_left_ = 0;
  std::atomic<int> truncate_error_ = SQLITE_OK;
  std::atomic<bool> is_deadly_ = false;
  std::atomic<bool> read_only_ = false;
};

}  // namespace headsweep::results
