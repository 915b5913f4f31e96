#include "results/connection.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "errors/user_error.h"
#include "results/file_system.h"
#include "results/store.h"

namespace headsweep::results {
namespace {

constexpr int kWriterWaitMs = 60'000;
constexpr int kReaderWaitMs = 30'000;
constexpr int kClosingWaitMs = 1'000;

std::filesystem::path folder_of(const std::filesystem::path& store) {
  const std::filesystem::path folder = store.parent_path();
  return folder.empty() ? "." : folder;
}

// SQLite takes "" for a private temporary file, ":memory:" for none and "file:..." for a URI; no absolute path is one.
std::string file_name(const std::filesystem::path& store) {
  return std::filesystem::absolute(store).string();
}

void require_file_or_nothing(const std::filesystem::path& store) {
  if (store.empty()) throw UserError("the name of the store is empty; give a file as --store");
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(store, ignored);
  if (std::filesystem::is_directory(status)) {
    throw UserError(store.string() + " is a folder; give a file as --store");
  }
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw UserError(store.string() + " is a device or a pipe; give a regular file as --store");
  }
}

bool no_room_to_grow(const std::filesystem::path& store) {
  constexpr std::uintmax_t kLargestStep = 64 * 1024;  // bytes by which one of SQLite's files grows at once
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(folder_of(store), error);
  return !error && space.available < kLargestStep;
}

std::string what_happened(int code) {
  switch (code) {
    case SQLITE_FULL:
      return "no space is left on its disk; free some and run the same command again";
    case SQLITE_READONLY:
      return "it cannot be written; check the permissions of the file and its folder";
    case SQLITE_IOERR:
      return "its disk reports an input/output error; check the disk, restore the store from a copy if it is "
             "damaged";
    case SQLITE_CORRUPT:
      return "it is damaged or was cut short; restore it from a copy";
    case SQLITE_NOTADB:
      return "it is not a SQLite file; give another --store";
    case SQLITE_CANTOPEN:
      return "it cannot be opened; check that the folder exists and its permissions";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program keeps it locked; end that program and run the same command again";
    default:
      return "SQLite reports an error";
  }
}

// A read-only connection cannot roll back what a killed writer left behind, a writing one can.
SQLite::Database open_and_recover(const std::filesystem::path& store) {
  SQLite::Database database(file_name(store), SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, kReaderWaitMs);
  database.exec("PRAGMA query_only = ON");
  database.execAndGet("SELECT count(*) FROM sqlite_schema");
  return database;
}

SQLite::Database open_read_only(const std::filesystem::path& store) {
  SQLite::Database database(file_name(store), SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX, kReaderWaitMs);
  try {
    database.execAndGet("SELECT count(*) FROM sqlite_schema");
  } catch (const SQLite::Exception& error) {
    const bool needs_recovery =
        error.getErrorCode() == SQLITE_READONLY || error.getErrorCode() == SQLITE_CANTOPEN;
    if (!needs_recovery) throw;
    return open_and_recover(store);
  }
  return database;
}

}  // namespace

Contents check_contents(SQLite::Database& database, const std::filesystem::path& store) {
  const int application = database.execAndGet("PRAGMA application_id").getInt();
  const int version = database.execAndGet("PRAGMA user_version").getInt();
  const int objects = database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt();
  if (application == 0 && version == 0 && objects == 0) return Contents::kNothing;
  if (application != kApplicationId) {
    throw UserError(store.string() + " is a SQLite file of another application; give another --store");
  }
  if (version > kSchemaVersion) {
    throw UserError(store.string() + " was written by a newer headsweep (schema " + std::to_string(version) +
                    ", this program knows " + std::to_string(kSchemaVersion) + "); use that version");
  }
  return Contents::kStore;
}

void require_store_or_nothing(const std::filesystem::path& store) {
  require_file_or_nothing(store);
  std::error_code error;
  if (std::filesystem::file_size(store, error) == 0 || error) return;
  try {
    SQLite::Database database(file_name(store), SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX, kReaderWaitMs);
    check_contents(database, store);
  } catch (const SQLite::Exception& problem) {
    // Anything else may be what a killed run left behind, which the owner's connection repairs.
    if (problem.getErrorCode() == SQLITE_NOTADB) throw UserError(describe_problem(problem, store));
  }
}

SQLite::Database open_for_writing(const std::filesystem::path& store) {
  try {
    SQLite::Database database(
        file_name(store), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX, kWriterWaitMs);
    if (sqlite3_db_readonly(database.getHandle(), "main") != 0) {
      throw UserError(store.string() +
                      " cannot be written; check the permissions of the file and its folder");
    }
    database.exec("PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536");
    return database;
  } catch (const SQLite::Exception& error) {
    throw UserError(describe_problem(error, store));
  }
}

void set_journal(SQLite::Database& database, const std::filesystem::path& store) {
  const bool local = is_local_file_system(folder_of(store));
  database.exec(local ? "PRAGMA journal_mode = WAL" : "PRAGMA journal_mode = TRUNCATE");
  database.exec("PRAGMA synchronous = FULL");
}

void close_journal(SQLite::Database& database) noexcept {
  sqlite3_busy_timeout(database.getHandle(), kClosingWaitMs);
  database.tryExec("PRAGMA journal_mode = DELETE");
}

SQLite::Database open_for_reading(const std::filesystem::path& store) {
  require_file_or_nothing(store);
  std::error_code ignored;
  if (!std::filesystem::exists(store, ignored))
    throw UserError("no store " + store.string() + ": no such file");
  try {
    SQLite::Database database = open_read_only(store);
    if (check_contents(database, store) == Contents::kNothing) {
      throw UserError(store.string() + " is empty: no sweep was run into it");
    }
    return database;
  } catch (const SQLite::Exception& error) {
    throw UserError(describe_problem(error, store));
  }
}

void refuse_commits_once_lost(SQLite::Database& database, OwnerLock& lock) {
  const auto is_lost = [](void* of) { return static_cast<OwnerLock*>(of)->is_lost() ? 1 : 0; };
  sqlite3_commit_hook(database.getHandle(), is_lost, &lock);
}

std::string taken_over(const std::filesystem::path& store) {
  return "store " + store.string() +
         " was taken over by another run: this one gave no sign of life for too long, or " +
         (store_folder(store) / "owner").string() + " was removed";
}

std::string describe_problem(const SQLite::Exception& error, const std::filesystem::path& store) {
  if (error.getExtendedErrorCode() == SQLITE_CONSTRAINT_COMMITHOOK) return taken_over(store);
  int code = error.getErrorCode() & 0xff;
  // The shared memory beside a write-ahead log grows by mapping: there a full disk is an input/output error.
  if (code == SQLITE_IOERR && no_room_to_grow(store)) code = SQLITE_FULL;
  return "store " + store.string() + ": " + what_happened(code) + " (SQLite: " + error.what() + ")";
}

}  // namespace headsweep::results
