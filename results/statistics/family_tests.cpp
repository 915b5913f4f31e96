#include "results/statistics/family_tests.h"

#include <algorithm>
#include <set>

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/check.h"
#include "results/statistics/compare.h"
#include "results/statistics/compared_trials.h"

namespace headsweep::results {

using metrics::Metric;

std::vector<Metric> primary_among(const std::vector<Metric>& metrics, const SweepAnalysis& analysis) {
  std::vector<Metric> primary;
  for (const Metric metric : metrics) {
    if (std::ranges::find(analysis.primary, metrics::metric_info(metric).name) != analysis.primary.end())
      primary.push_back(metric);
  }
  return primary;
}

FamilyTester::FamilyTester(SQLite::Database& database) : database_(database) {
  SQLite::Statement sweep(database, "SELECT sweep, hash, canonical FROM sweeps ORDER BY sweep LIMIT 1");
  check(sweep.executeStep(), "running sums without a sweep");
  sweep_ = sweep.getColumn(0).getInt64();
  plan_hash_ = sweep.getColumn(1).getString();
  analysis_ = parse_analysis(sweep.getColumn(2).getString());
  metrics_ = primary_among(compared_metrics(analysis_), analysis_);
  if (!analysis_.replicate) arms_ = read_stored_arms(database, sweep_);
}

std::vector<FamilyTest> FamilyTester::test(std::span<const std::size_t> tested) const {
  std::set<std::size_t> places(tested.begin(), tested.end());
  for (const std::size_t arm : tested) places.insert(arms_[arm].baseline.value());
  std::vector<StoredArm> arms;
  for (const std::size_t place : places) {
    arms.push_back(arms_[place]);
    arms.back().planned = arms.back().done;  // trials without a result make no pair
  }
  const ComparedTrials trials(database_, sweep_, analysis_, arms);
  std::vector<Difference> differences =
      paired_differences(trials.replicates(), trials.values(metrics_), analysis_, 0);
  test_differences(differences, analysis_, std::ssize(differences), plan_hash_, false, true, {});
  std::vector<FamilyTest> tests;
  for (const Difference& one : differences)
    tests.push_back(
        {arms[one.arm].number, arms[one.baseline].number, one.place.metric, one.estimate.n, one.p});
  return tests;
}

std::vector<FamilyTest> read_kept_tests(SQLite::Database& database) {
  std::vector<FamilyTest> tests;
  if (!database.tableExists("sign_flip_tests")) return tests;
  SQLite::Statement statement(
      database, "SELECT arm, baseline, metric, pairs, p FROM sign_flip_tests ORDER BY arm, metric");
  while (statement.executeStep()) {
    const auto metric = metrics::find_metric(statement.getColumn(2).getString());
    if (!metric) continue;  // of another version of this program
    const SQLite::Column p = statement.getColumn(4);
    tests.push_back({statement.getColumn(0).getInt64(), statement.getColumn(1).getInt64(), *metric,
                     statement.getColumn(3).getInt64(),
                     p.isNull() ? std::nullopt : std::optional(p.getDouble())});
  }
  return tests;
}

}  // namespace headsweep::results
