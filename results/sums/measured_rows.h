// What was measured of a trial's layers and of its nulls, as rows: from a result in memory or from the store.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <SQLiteCpp/Statement.h>

#include "protocol/trial_result.h"

namespace headsweep::results {

struct MeasuredRow {
  std::string name;  // kTrainedName, or that of a null
  std::int64_t layer = 0;
  std::string split;
  std::int64_t metrics_version = 0;
  // For each of summed_values(): NaN where there is none; walk times as log10.
  std::vector<double> values = {};
  std::vector<std::int64_t> censored = {};
};

// Both in the order of layer and split, the trained model first.
std::vector<MeasuredRow> measured_rows(const protocol::TrialResult& result);

// Prepared statements. Throws SQLite::Exception.
class MeasuredRowReader {
 public:
  explicit MeasuredRowReader(SQLite::Database& database);

  std::vector<MeasuredRow> operator()(std::int64_t trial);

 private:
  SQLite::Statement layers_;
  SQLite::Statement nulls_;
};

}  // namespace headsweep::results
