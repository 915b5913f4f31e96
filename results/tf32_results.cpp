#include "results/tf32_results.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/user_error.h"

namespace headsweep::results {

std::optional<bool> tf32_of_results(SQLite::Database& database, const std::string& schema) {
  // One row is enough: a store has one kind.
  SQLite::Statement statement(database, "SELECT coalesce(json_extract(numerics, '$.tf32'), 0) FROM " +
                                            schema + ".results WHERE step_kind = 'fused' LIMIT 1");
  if (!statement.executeStep()) return std::nullopt;
  return statement.getColumn(0).getInt() != 0;
}

void require_equal_tf32(OwnedStore& store, bool tf32) {
  const std::optional<bool> before = tf32_of_results(store.database());
  if (!before || *before == tf32) return;
  throw UserError(store.path().string() +
                  (*before ? " has results with TF32: run with --tf32, or"
                           : " has results without TF32: run without --tf32, or") +
                  " use another --store; their means and tests would mix");
}

}  // namespace headsweep::results
