// Named texts of a store, in its table `store_info`.
#pragma once

#include <string>

namespace SQLite {
class Database;
}

namespace headsweep::results {

inline constexpr const char* kLayoutInfo = "layout";  // hash of what a program would create
inline constexpr const char* kSchemaInfo = "schema";  // hash of what the file has
inline constexpr const char* kSumsInfo = "sums";      // what trial_values and arm_sums hold
inline constexpr const char* kShardInfo = "shard";    // "2/4": the part of the plan that the store holds

// Both throw SQLite::Exception. An empty value removes the row; a missing one reads as empty.
void set_info(SQLite::Database& database, const std::string& name, const std::string& value);
std::string get_info(SQLite::Database& database, const std::string& name);

}  // namespace headsweep::results
