#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "close_to.h"
#include "metrics/metric.h"

namespace headsweep::metrics {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

MetricSummary summary_of(Metric metric, const std::vector<double>& values) {
  std::vector<MetricValues> sequences(values.size());
  for (std::size_t s = 0; s < values.size(); ++s) sequences[s][metric] = values[s];
  return summarize(sequences)[static_cast<std::size_t>(metric)];
}

TEST(Summary, PlainMetricsHaveMeanAndPopulationDeviation) {
  const MetricSummary summary = summary_of(Metric::kFidelityMin, {1, 2, 3, 6});
  EXPECT_EQ(summary.mean, 3);
  EXPECT_TRUE(close_to(summary.std, std::sqrt(3.5), 1e-15));
  EXPECT_EQ(summary.n, 4);
  EXPECT_EQ(summary.censored, 0);
}

TEST(Summary, UndefinedValuesAreNotCounted) {
  const MetricSummary plain =
      summary_of(Metric::kHittingSynergyForward, {kUndefined, 4, kInfinity, -kInfinity});
  EXPECT_EQ(plain.mean, 4);
  EXPECT_EQ(plain.std, 0);
  EXPECT_EQ(plain.n, 1);
  const MetricSummary time = summary_of(Metric::kMixingTimeForward, {kUndefined, 100});
  EXPECT_TRUE(close_to(time.mean, 100, 1e-14));
  EXPECT_EQ(time.n, 1);
}

TEST(Summary, WalkTimesAreCutAtTheCapAndAveragedInLogarithms) {
  const MetricSummary summary = summary_of(Metric::kHittingTimeBackwardMean, {10, 1000, kInfinity, 3e9, 1e6});
  EXPECT_TRUE(close_to(summary.mean, std::pow(10.0, (1 + 3 + 6 + 6 + 6) / 5.0), 1e-12));
  EXPECT_TRUE(close_to(summary.std, std::sqrt((11.56 + 1.96 + 3 * 2.56) / 5.0), 1e-12));
  EXPECT_EQ(summary.n, 5);
  EXPECT_EQ(summary.censored, 2);  // exactly 10^6 is not above it
}

TEST(Summary, WithoutValuesThereIsNoMean) {
  for (const Metric metric : {Metric::kLinearCka, Metric::kMixingTimeBackward}) {
    for (const auto& values : {std::vector<double>{}, std::vector<double>{kUndefined}}) {
      const MetricSummary summary = summary_of(metric, values);
      EXPECT_EQ(summary.n, 0);
      EXPECT_EQ(summary.censored, 0);
      EXPECT_TRUE(std::isnan(summary.mean));
      EXPECT_TRUE(std::isnan(summary.std));
    }
  }
}

}  // namespace
}  // namespace headsweep::metrics
