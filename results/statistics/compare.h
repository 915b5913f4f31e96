// The comparisons of a sweep's statistics, each from the values of all trials.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "results/statistics/family_tests.h"
#include "results/statistics/replicates.h"
#include "results/statistics/statistics.h"

namespace headsweep::results {

// read_statistics() within a transaction of the caller's; `store` names it in messages. Throws SQLite::Exception,
// UserError.
Statistics compute_statistics(SQLite::Database& database, const std::filesystem::path& store,
                              const StatisticsRequest& request);

std::vector<ArmValue> arm_values(const Replicates& replicates, const MeasuredValues& values);

// Without p-values. `most`: beyond so many only those of primary metrics at the layers of `analysis`; 0: all.
std::vector<Difference> paired_differences(const Replicates& replicates, const MeasuredValues& values,
                                           const SweepAnalysis& analysis, std::size_t most);

// Labels the differences of the confirmatory family at these layers and fills in what the tests say. The family has
// `family` tests, be there differences for them or not; `known`: those of other arms. `withheld`: no p-values. `most`:
// exploratory ones beyond so many differences are not tested; 0: all are.
void test_differences(std::vector<Difference>& differences, const SweepAnalysis& analysis,
                      std::int64_t family, std::string_view plan_hash, bool withheld, bool confirmatory,
                      std::span<const FamilyTest> known, std::size_t most = 0);

// Arms that differ in nothing but the number of heads and what goes with it, by head count: at least two head counts.
struct HeadFamily {
  std::string task;
  std::vector<AxisValue> group;
  std::vector<std::size_t> arms;
};
// In the order of their first arms.
std::vector<HeadFamily> head_families(const std::vector<Arm>& arms, const SweepAnalysis& analysis);

std::vector<Trend> trends_over_heads(const Replicates& replicates, const MeasuredValues& values,
                                     const SweepAnalysis& analysis, bool withheld);

// To the null of that name, measured with the same trials at the same places. `most`: until there are so many
// `differences`; 0: all.
void append_null_differences(std::string_view null, const Replicates& replicates,
                             const MeasuredValues& values, const MeasuredValues& nulls, std::size_t most,
                             std::vector<NullDifference>& differences);

}  // namespace headsweep::results
