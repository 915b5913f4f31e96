// The arms of a sweep as the table `arms` has them: what they are and what their trials measured is not read.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace SQLite {
class Database;
}

namespace headsweep::results {

struct StoredArm {
  std::int64_t number;       // row of `arms`
  std::int64_t first_trial;  // whose settings are the arm's
  std::int64_t planned;      // these three as in Arm
  std::int64_t done;
  std::int64_t failed;
  bool has_baseline;  // as Arm::baseline_arm
  std::optional<std::size_t>
      baseline;  // place in the list of the arm that it is compared to; none: it has no trials
};

// In plan order, without arms all of whose trials are pruned. Requires has_running_sums(). Throws SQLite::Exception.
std::vector<StoredArm> read_stored_arms(SQLite::Database& database, std::int64_t sweep);

}  // namespace headsweep::results
