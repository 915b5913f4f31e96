// Which numbers the rows of a store that is merged get.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace SQLite {
class Database;
}

namespace headsweep::results {

// By column: the SQL expression, over a row `s` of the source, that gives its value in the merged store. Columns
// that are not named keep theirs.
using Renumbering = std::map<std::string, std::string>;

// The source is attached as `source`, the merged store is `main`. Makes the temporary table merged_trials (old, new,
// fresh: not in `main` yet, taken: its results are), with which everything is copied, and merged_sweeps (old, new, fresh).
class MergeNumbers {
 public:
  // Throws SQLite::Exception, like all functions.
  explicit MergeNumbers(SQLite::Database& database);

  // Whether trials and sweeps keep their numbers: then rows can be copied as they are.
  [[nodiscard]] bool identical() const { return identical_; }

  // Whether all results are taken.
  [[nodiscard]] bool takes_all() const { return takes_all_; }

  // For rows of sweeps, trials, results, ...: `sweep`, `trial`, `worker`, `run`, `attempt`, where the table has them.
  [[nodiscard]] const Renumbering& renumbering() const { return renumbering_; }

 private:
  bool identical_;
  bool takes_all_;
  Renumbering renumbering_;
};

}  // namespace headsweep::results
