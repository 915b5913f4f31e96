#include <set>
#include <string>

#include <gtest/gtest.h>

#include "metrics/metric.h"

namespace headsweep::metrics {
namespace {

TEST(MetricTable, EveryMetricIsFoundByItsName) {
  for (const MetricInfo& info : all_metrics()) {
    EXPECT_EQ(find_metric(info.name), info.metric) << info.name;
    EXPECT_EQ(metric_info(info.metric).name, info.name);
  }
  EXPECT_EQ(find_metric("mixing_time"), std::nullopt);
  EXPECT_EQ(find_metric(""), std::nullopt);
}

TEST(MetricTable, NamesAreColumnNamesAndUnique) {
  std::set<std::string_view> names;
  for (const MetricInfo& info : all_metrics()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_EQ(info.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos)
        << info.name;
    EXPECT_FALSE(info.meaning.empty()) << info.name;
    EXPECT_EQ(info.meaning.find('\n'), std::string_view::npos) << info.name;
  }
}

TEST(MetricTable, WalkTimesAreTheTimesWithADirection) {
  for (const MetricInfo& info : all_metrics()) {
    const bool is_time = info.name.starts_with("mixing_time_") || info.name.starts_with("hitting_time_");
    const bool expected = is_time && info.metric != Metric::kMixingTimePaper;
    EXPECT_EQ(info.scale == Scale::kWalkTime, expected) << info.name;
  }
}

// The core ones come first, in the order of the definitions.
TEST(MetricTable, CoreMetricsComeFirst) {
  bool core = true;
  for (const MetricInfo& info : all_metrics()) {
    EXPECT_TRUE(core || !info.core) << info.name;
    core = info.core;
  }
  EXPECT_TRUE(metric_info(Metric::kFidelitySwitchingGain).core);
  EXPECT_FALSE(metric_info(Metric::kHittingSynergyForward).core);
}

}  // namespace
}  // namespace headsweep::metrics
