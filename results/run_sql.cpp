// Any SQL of the user's, as long as it only reads this store.
#include <cctype>
#include <memory>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "errors/user_error.h"
#include "results/cells.h"
#include "results/connection.h"
#include "results/query.h"

namespace headsweep::results {
namespace {

// Called by SQLite for everything that a statement would do. ATTACH would open other files and PRAGMA change the
// connection; only pragmas without an argument, or about one table, are questions.
int allow_reading(void*, int action, const char* first, const char* second, const char*, const char*) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
    case SQLITE_FUNCTION:  // none writes: loading extensions is off unless a program turns it on
      return SQLITE_OK;
    case SQLITE_PRAGMA: {
      const bool about_table =
          sqlite3_strnicmp(first, "table_", 6) == 0 || sqlite3_strnicmp(first, "index_", 6) == 0;
      return second == nullptr || about_table ? SQLITE_OK : SQLITE_DENY;
    }
    default:
      return SQLITE_DENY;
  }
}

class ReadingOnly {
 public:
  explicit ReadingOnly(SQLite::Database& database) : database_(database) {
    sqlite3_set_authorizer(database_.getHandle(), allow_reading, nullptr);
  }
  ~ReadingOnly() { sqlite3_set_authorizer(database_.getHandle(), nullptr, nullptr); }
  ReadingOnly(const ReadingOnly&) = delete;
  ReadingOnly& operator=(const ReadingOnly&) = delete;

 private:
  SQLite::Database& database_;
};

UserError explain(const SQLite::Exception& error, const std::filesystem::path& store) {
  switch (error.getErrorCode()) {
    case SQLITE_ERROR:
      return UserError(std::string("--sql: ") + error.what());
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return UserError("--sql may only read the store: give one SELECT");
    default:
      return UserError(describe_problem(error, store));
  }
}

// SQLiteCpp ignores what follows the first statement; somebody who wrote more expects it to run.
void require_one_reading_statement(SQLite::Database& database, const std::string& sql) {
  sqlite3_stmt* prepared = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v2(database.getHandle(), sql.c_str(), -1, &prepared, &rest);
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(prepared, sqlite3_finalize);
  if (code != SQLITE_OK) throw SQLite::Exception(database.getHandle(), code);
  if (prepared == nullptr) throw UserError("--sql is empty: give one SELECT");
  while (*rest == ';' || std::isspace(static_cast<unsigned char>(*rest)) != 0) ++rest;
  if (*rest != '\0') throw UserError("--sql: more than one statement; give one SELECT");
  if (sqlite3_stmt_readonly(prepared) == 0) throw UserError("--sql may only read the store: give one SELECT");
}

}  // namespace

Table run_sql(StoreReader& store, const std::string& sql) {
  const ReadingOnly reading_only(store.database());
  try {
    require_one_reading_statement(store.database(), sql);
    SQLite::Statement statement(store.database(), sql);
    Table table;
    for (int i = 0; i < statement.getColumnCount(); ++i)
      table.columns.emplace_back(statement.getColumnName(i));
    while (statement.executeStep()) table.rows.push_back(read_row(statement));
    return table;
  } catch (const SQLite::Exception& error) {
    throw explain(error, store.path());
  }
}

}  // namespace headsweep::results
