// The trials behind the report's points.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/report/json.h"
#include "results/statistics/statistics.h"

namespace SQLite {
class Database;
}

namespace headsweep::report {

struct DoneTrial {
  std::int64_t trial;
  std::int64_t seed;
  std::size_t arm;  // index in Statistics::arms
  double accuracy;  // held-out
};

class DoneTrials {
 public:
  // Trials in state done, by arm and seed. Throws SQLite::Exception.
  DoneTrials(SQLite::Database& database, const results::Statistics& statistics);

  [[nodiscard]] const std::vector<DoneTrial>& all() const { return trials_; }
  // Index in all(); nothing if it is not among them (a run goes on while the report is made).
  [[nodiscard]] std::optional<std::size_t> place(std::int64_t trial) const;
  [[nodiscard]] std::optional<std::size_t> place(std::size_t arm, std::int64_t seed) const;

  // {"trial": [], "seed": [], "arm": [], "accuracy": packed}
  [[nodiscard]] Json json() const;

 private:
  std::vector<DoneTrial> trials_;
  std::map<std::int64_t, std::size_t> place_of_trial_;
  std::map<std::pair<std::size_t, std::int64_t>, std::size_t> place_of_seed_;
};

}  // namespace headsweep::report
