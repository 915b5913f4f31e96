#include "results/report/comparisons.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "results/report/planes.h"
#include "results/statistics/holm.h"

namespace headsweep::report {
namespace {

using metrics::Metric;
using results::Difference;
using results::Statistics;

std::size_t place_of(const std::vector<Metric>& metrics, Metric metric) {
  return static_cast<std::size_t>(std::ranges::find(metrics, metric) - metrics.begin());
}

bool is_told(const Statistics& statistics, Metric metric) {
  const std::vector<Metric> headline = results::headline_metrics();
  return std::ranges::find(headline, metric) != headline.end() ||
         std::ranges::find(statistics.analysis.primary, metrics::metric_info(metric).name) !=
             statistics.analysis.primary.end();
}

std::string group_text(const results::Trend& trend) {
  std::string text;
  for (const results::AxisValue& value : trend.group) {
    const Json shown = cell_json(value.value);
    text += (text.empty() ? "" : ", ") + value.column + " " +
            (shown.is_string() ? shown.get<std::string>() : shown.dump());
  }
  return text;
}

}  // namespace

std::vector<ConfirmatoryTest> confirmatory_tests(const Statistics& statistics) {
  using Key = std::tuple<std::size_t, Metric, std::string>;  // arm, metric, null
  std::map<Key, double> nulls;
  std::vector<ConfirmatoryTest> tests;
  for (const Difference& difference : statistics.differences) {
    if (difference.label == results::Label::kConfirmatory) tests.push_back({&difference, {}});
  }
  if (tests.empty()) return tests;
  const std::string& layer = tests.front().difference->place.layer;
  for (const results::NullDifference& null : statistics.nulls) {
    if (null.place.layer == layer) nulls[{null.arm, null.place.metric, null.null}] = null.null_value;
  }
  for (ConfirmatoryTest& test : tests) {
    const Difference& difference = *test.difference;
    for (const auto& [key, of_baseline] : nulls) {
      const auto& [arm, metric, name] = key;
      if (arm != difference.baseline || metric != difference.place.metric) continue;
      const auto of_arm = nulls.find({difference.arm, metric, name});
      if (of_arm != nulls.end())
        test.null_changes.emplace_back(name, null_change(metric, of_arm->second, of_baseline));
    }
  }
  std::ranges::stable_sort(tests, {},
                           [](const ConfirmatoryTest& test) { return test.difference->place.metric; });
  return tests;
}

bool is_established(const Difference& difference) {
  return difference.holm_p && *difference.holm_p <= results::kAlpha;
}

std::string verdict(const Statistics& statistics, const Difference& difference) {
  if (is_established(difference)) return "established";
  const std::string pairs =
      std::to_string(difference.estimate.n) + (difference.estimate.n == 1 ? " pair" : " pairs");
  if (difference.estimate.n == 0) return "no pair to compare";
  if (!statistics.p_values_withheld.empty())
    return difference.two_stage ? "the interval is the result" : "an interval beside it, not tested";
  if (difference.cannot_reject) return "cannot be established with " + pairs;
  if (!difference.p) return "not tested (" + pairs + ")";
  return "not established";
}

Json confirmatory_json(const Statistics& statistics, const std::vector<ConfirmatoryTest>& tests,
                       const std::vector<Metric>& metrics) {
  Json list = Json::array();
  for (const ConfirmatoryTest& test : tests) {
    const Difference& difference = *test.difference;
    const auto shown = [&](double value) {
      return short_real(readable_difference(difference.place.metric, value));
    };
    Json seeds = Json::array();
    for (const results::SeedDifference& seed : difference.seeds)
      seeds.push_back({seed.seed, shown(seed.difference)});
    Json broken = Json::array();
    for (const results::BrokenPair& pair : difference.broken) broken.push_back({pair.seed, pair.reason});
    Json null_changes = Json::object();
    for (const auto& [name, change] : test.null_changes) null_changes[name] = short_real(change);
    list.push_back({{"arm", difference.arm},
                    {"baseline", difference.baseline},
                    {"metric", place_of(metrics, difference.place.metric)},
                    {"n", difference.estimate.n},
                    {"mean", shown(difference.estimate.mean)},
                    {"low", shown(difference.estimate.low)},
                    {"high", shown(difference.estimate.high)},
                    {"p", difference.p ? real(*difference.p) : Json(nullptr)},
                    {"holm_p", difference.holm_p ? real(*difference.holm_p) : Json(nullptr)},
                    {"smallest_p", difference.smallest_p},
                    {"established", is_established(difference)},
                    {"cannot_reject", difference.cannot_reject},
                    {"verdict", verdict(statistics, difference)},
                    {"seeds", std::move(seeds)},
                    {"broken", std::move(broken)},
                    {"null_changes", std::move(null_changes)}});
  }
  return list;
}

Json trends_json(const Statistics& statistics, const std::vector<Metric>& metrics) {
  const std::string& layer = statistics.analysis.layers;
  Json list = Json::array();
  for (const results::Trend& trend : statistics.trends) {
    const std::size_t metric = place_of(metrics, trend.place.metric);
    if (trend.place.layer != layer || metric == metrics.size() || std::isnan(trend.slope.mean) ||
        !is_told(statistics, trend.place.metric))
      continue;
    const auto shown = [&](double value) {
      return short_real(readable_difference(trend.place.metric, value));
    };
    list.push_back({{"task", trend.task},
                    {"group", group_text(trend)},
                    {"metric", metric},
                    {"layer", trend.place.layer},
                    {"arms", trend.arms},
                    {"mean", shown(trend.slope.mean)},
                    {"low", shown(trend.slope.low)},
                    {"high", shown(trend.slope.high)},
                    {"n", trend.slope.n},
                    {"p", short_real(trend.p)}});
  }
  return list;
}

}  // namespace headsweep::report
