// Whether two stores say the same of a trial that both have trained.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace headsweep::results {

// A trial, by its number in `main`, whose values differ although numerics and metrics' versions are equal.
struct Disagreement {
  std::int64_t trial;
  std::string table;
};

// Both need the temporary tables of MergeNumbers, before `source` is copied. Throw SQLite::Exception.
std::optional<Disagreement> find_disagreement(SQLite::Database& database);
// Trials, by their numbers in `main`, that both have results of, of different numerics.
std::vector<std::int64_t> find_other_numerics(SQLite::Database& database);

}  // namespace headsweep::results
