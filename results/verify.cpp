#include "results/verify.h"

#include <functional>

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/user_error.h"
#include "results/connection.h"
#include "results/verify_parts.h"

namespace headsweep::results {

std::vector<Finding> verify(StoreReader& store) {
  SQLite::Database& database = store.database();
  std::vector<Finding> findings;
  const auto attempt = [&](const auto& part) {
    try {
      part();
    } catch (const SQLite::Exception& error) {
      findings.push_back({"file", describe_problem(error, store.path())});
    } catch (const UserError& error) {  // what one part needs is damaged; the others go on
      findings.push_back({"file", error.what()});
    }
  };
  // One snapshot, so that a run in progress does not look like damage.
  attempt([&] { database.exec("BEGIN"); });
  attempt([&] { verify_pages(database, findings); });
  attempt([&] { verify_foreign_keys(database, findings); });
  attempt([&] { verify_schema(database, findings); });
  attempt([&] { verify_row_hashes(database, findings); });
  attempt([&] { verify_plan(database, findings); });
  attempt([&] { verify_trials(database, findings); });
  attempt([&] { verify_results(database, findings); });
  attempt([&] { verify_sums(database, findings); });
  attempt([&] { verify_models(database, store.path(), findings); });
  database.tryExec("ROLLBACK");
  return findings;
}

}  // namespace headsweep::results
