// How metrics change with the number of heads, seed by seed.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "results/statistics/compare.h"

namespace headsweep::results {
namespace {

// Least squares: sum (x - mean x) y / sum (x - mean x)^2.
double slope(const std::vector<double>& x, const std::vector<double>& y) {
  const double centre = mean_of(x);
  double products = 0;
  double squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    products += (x[i] - centre) * y[i];
    squares += (x[i] - centre) * (x[i] - centre);
  }
  return products / squares;
}

std::set<std::uint32_t> seeds_of(const HeadFamily& family, const Replicates& replicates) {
  std::set<std::uint32_t> seeds;
  for (const std::size_t arm : family.arms) {
    for (const Replicate& one : replicates.trials[arm]) seeds.insert(one.seed);
  }
  return seeds;
}

// The value of that seed in an arm, or why there is none.
struct Found {
  double value = 0;
  std::string missing = {};
  std::int64_t version = 0;
};

Found find_value(const Replicates& replicates, const MeasuredValues& values, std::size_t arm,
                 std::uint32_t seed, std::size_t place) {
  const std::vector<Replicate>& trials = replicates.trials[arm];
  const auto with = [&] { return " with " + std::to_string(replicates.arms[arm].heads) + " heads"; };
  const auto found = std::ranges::lower_bound(trials, seed, {}, &Replicate::seed);
  if (found == trials.end() || found->seed != seed) return {.missing = "no trial" + with()};
  if (found->state != "done") return {.missing = "trial" + with() + " is " + found->state};
  const auto trial = static_cast<std::size_t>(found - trials.begin());
  const double value = values.at(arm, trial, place).value;
  if (std::isnan(value)) return {.missing = "undefined" + with()};
  return {.value = value, .version = values.version(arm, trial)};
}

// Adds the seed's slope, or why it has none.
void add_seed(const Replicates& replicates, const MeasuredValues& values, std::size_t place,
              std::uint32_t seed, Trend& trend) {
  std::vector<double> x;
  std::vector<double> y;
  std::set<std::int64_t> versions;
  for (const std::size_t arm : trend.arms) {
    Found found = find_value(replicates, values, arm, seed, place);
    if (!found.missing.empty()) {
      trend.broken.push_back({seed, std::move(found.missing)});
      return;
    }
    x.push_back(std::log2(static_cast<double>(replicates.arms[arm].heads)));
    y.push_back(found.value);
    versions.insert(found.version);
  }
  if (versions.size() > 1) {
    trend.broken.push_back({seed, "metrics_version differs"});
  } else {
    trend.seeds.push_back({seed, slope(x, y)});
  }
}

Trend trend_of(const HeadFamily& family, const Replicates& replicates, const MeasuredValues& values,
               std::size_t place, bool withheld) {
  Trend trend{family.task, family.group, family.arms, values.places()[place], {}, {}, {}, 0};
  // Heads that a metric has no value for, as diversity of one head, are no missing trials.
  std::erase_if(trend.arms, [&](std::size_t arm) {
    const std::vector<Replicate>& trials = replicates.trials[arm];
    bool any_done = false;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      if (!std::isnan(values.at(arm, i, place).value)) return false;
      any_done = any_done || values.version(arm, i) != 0;
    }
    return any_done;
  });
  if (trend.arms.size() > 1) {
    for (const std::uint32_t seed : seeds_of(family, replicates))
      add_seed(replicates, values, place, seed, trend);
  }
  std::vector<double> slopes;
  for (const SeedDifference& seed : trend.seeds) slopes.push_back(seed.difference);
  trend.slope = estimate_mean(slopes);
  trend.p = withheld ? std::numeric_limits<double>::quiet_NaN() : one_sample_p(trend.slope);
  return trend;
}

}  // namespace

std::vector<HeadFamily> head_families(const std::vector<Arm>& arms, const SweepAnalysis& analysis) {
  std::vector<HeadFamily> families;
  std::map<std::pair<std::string, std::vector<Cell>>, std::size_t> known;  // by task and values of `group`
  for (std::size_t i = 0; i < arms.size(); ++i) {
    std::vector<AxisValue> group;
    std::vector<Cell> values;
    for (const AxisValue& axis : arms[i].axes) {
      if (std::ranges::find(analysis.along_heads, axis.column) != analysis.along_heads.end()) continue;
      group.push_back(axis);
      values.push_back(axis.value);
    }
    const auto [family, is_new] = known.try_emplace({arms[i].task, std::move(values)}, families.size());
    if (is_new) families.push_back({arms[i].task, std::move(group), {}});
    families[family->second].arms.push_back(i);
  }
  for (HeadFamily& family : families)
    std::ranges::stable_sort(family.arms, {}, [&](std::size_t arm) { return arms[arm].heads; });
  std::erase_if(families, [&](const HeadFamily& family) {
    return arms[family.arms.front()].heads == arms[family.arms.back()].heads;
  });
  return families;
}

std::vector<Trend> trends_over_heads(const Replicates& replicates, const MeasuredValues& values,
                                     const SweepAnalysis& analysis, bool withheld) {
  std::vector<Trend> trends;
  for (const HeadFamily& family : head_families(replicates.arms, analysis)) {
    for (std::size_t place = 0; place < values.places().size(); ++place) {
      Trend trend = trend_of(family, replicates, values, place, withheld);
      if (trend.arms.size() > 1) trends.push_back(std::move(trend));
    }
  }
  return trends;
}

}  // namespace headsweep::results
