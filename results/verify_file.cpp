// `verify`: the file as SQLite sees it, and the schema.
#include <SQLiteCpp/SQLiteCpp.h>

#include "results/schema.h"
#include "results/verify_parts.h"

namespace headsweep::results {

void verify_pages(SQLite::Database& database, std::vector<Finding>& findings) {
  SQLite::Statement statement(database, "PRAGMA integrity_check(20)");
  while (statement.executeStep()) {
    const std::string line = statement.getColumn(0).getString();
    if (line != "ok") findings.push_back({"file", line});
  }
}

void verify_foreign_keys(SQLite::Database& database, std::vector<Finding>& findings) {
  SQLite::Statement statement(database,
                              "SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT 20");
  while (statement.executeStep()) {
    findings.push_back({statement.getColumn(0).getString() + " row " + statement.getColumn(1).getString(),
                        "refers to a row of " + statement.getColumn(2).getString() + " that does not exist"});
  }
}

void verify_schema(SQLite::Database& database, std::vector<Finding>& findings) {
  if (schema_hash(database) != stored_schema_hash(database)) {
    findings.push_back({"schema", "tables or views are not as headsweep wrote them"});
  }
}

}  // namespace headsweep::results
