#include "orchestrator/keep_models.h"

#include <gtest/gtest.h>

namespace headsweep::orchestrator {
namespace {

trial::Settings settings(const std::string& keep, std::uint32_t seed) {
  trial::Settings settings;
  settings.measure.keep = keep;
  settings.seed = seed;
  return settings;
}

TEST(KeepModelsTest, AutoKeepsAllBelowOneGigabyte) {
  // 4 bytes x 250,000 x 999 = 0.999 GB
  EXPECT_TRUE(KeepModels(999, 250'000, 3).keep(settings("auto", 4)));
}

TEST(KeepModelsTest, AutoKeepsTheFirstSeedFromOneGigabyteOn) {
  const KeepModels models(1000, 250'000, 3);
  EXPECT_TRUE(models.keep(settings("auto", 3)));
  EXPECT_FALSE(models.keep(settings("auto", 4)));
}

TEST(KeepModelsTest, AllAndNoneAskNobody) {
  EXPECT_TRUE(KeepModels(1'000'000, 1'000'000, 0).keep(settings("all", 9)));
  EXPECT_FALSE(KeepModels(1, 1, 0).keep(settings("none", 0)));
}

}  // namespace
}  // namespace headsweep::orchestrator
