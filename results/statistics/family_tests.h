// The tests of the confirmatory family, one for each metric of [analysis] primary and arm with a baseline, as a store
// keeps them (results/sums/kept_tests.h): Holm's correction needs all of them, whichever differences are asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "metrics/metric.h"
#include "results/statistics/arms.h"
#include "results/statistics/stored_arms.h"

namespace headsweep::results {

struct FamilyTest {
  std::int64_t arm;  // rows of `arms`
  std::int64_t baseline;
  metrics::Metric metric;
  std::int64_t pairs;
  std::optional<double> p;  // none with fewer than kFewestPairs pairs

  bool operator==(const FamilyTest&) const = default;
};

// Those of `metrics` that are primary.
std::vector<metrics::Metric> primary_among(const std::vector<metrics::Metric>& metrics,
                                           const SweepAnalysis& analysis);

// Of one moment: arms that come later are not known. Throws SQLite::Exception, UserError.
class FamilyTester {
 public:
  // Of the store's first sweep. Requires has_running_sums().
  explicit FamilyTester(SQLite::Database& database);

  // Empty where nothing is tested: [replicate] chose the number of seeds.
  [[nodiscard]] const std::vector<StoredArm>& arms() const { return arms_; }

  // `tested`: places in arms(), of arms with a baseline; by arm, then metric.
  [[nodiscard]] std::vector<FamilyTest> test(std::span<const std::size_t> tested) const;

 private:
  SQLite::Database& database_;
  std::int64_t sweep_;
  std::string plan_hash_;
  SweepAnalysis analysis_;
  std::vector<metrics::Metric> metrics_;
  std::vector<StoredArm> arms_;
};

// Those that the store keeps, by arm and metric. None in a store that no run of this version has opened. Throws
// SQLite::Exception.
std::vector<FamilyTest> read_kept_tests(SQLite::Database& database);

}  // namespace headsweep::results
