// The sweeps that come with the project are what the documents say.
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "sweep/plan.h"

namespace headsweep::sweep {
namespace {

const std::filesystem::path kConfigs = std::filesystem::path(HEADSWEEP_SOURCE_DIR) / "configs";

Plan plan_of(const std::string& name) {
  return make_plan(read_sweep_file(kConfigs / name));
}

TEST(Configs, AllOfThemExpand) {
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(kConfigs)) {
    if (!file.is_regular_file()) continue;
    EXPECT_FALSE(make_plan(read_sweep_file(file.path())).trials.empty()) << file.path();
    EXPECT_EQ(read_sweep_file(file.path()).name, file.path().stem()) << "a store is named after it";
    ++files;
  }
  EXPECT_GE(files, 3U);
}

TEST(Configs, QuickstartComparesOneToEightHeadsAtEqualParameters) {
  const Plan plan = plan_of("quickstart.toml");
  EXPECT_EQ(plan.trials.size(), 4U * 2 * 3);
  EXPECT_EQ(plan.parameters, 18'512);
  std::set<std::int64_t> heads;
  for (const PlannedTrial& trial : plan.trials) {
    const auto& [model, diversity, training, measure, seed] = trial.settings;
    EXPECT_EQ(diversity, trial::DiversitySettings{});
    heads.insert(model.heads);
    EXPECT_EQ(trial.parameters, 18'512);
    EXPECT_EQ(model.width, 32);
    EXPECT_EQ(model.layers, 2);
    EXPECT_EQ(model.mlp_width, 64);
    EXPECT_EQ(model.length, 16);
    EXPECT_EQ(model.vocabulary, 16);
    EXPECT_EQ(model.dropout, 0.0);
    EXPECT_EQ(training.samples, 0);
    EXPECT_EQ(training.steps, 240);
    EXPECT_EQ(training.batch, 32);
    EXPECT_EQ(training.learning_rate, 3e-3);
    EXPECT_LT(seed, 3U);
  }
  EXPECT_EQ(heads, (std::set<std::int64_t>{1, 2, 4, 8}));
}

TEST(Configs, PaperIsThePapersSetting) {
  const Plan plan = plan_of("paper.toml");
  EXPECT_EQ(plan.trials.size(), 4U * 2 * 10);
  EXPECT_EQ(plan.parameters, 172'800);
  trial::Settings defaults;  // which are the paper's
  for (const PlannedTrial& trial : plan.trials) {
    trial::Settings settings = trial.settings;
    settings.model.heads = defaults.model.heads;
    settings.training.task = defaults.training.task;
    settings.measure.every = defaults.measure.every;
    settings.seed = defaults.seed;
    EXPECT_EQ(settings, defaults);
  }
}

TEST(Configs, SmokeVariesHeadsTaskAndSeedOnly) {
  const Plan plan = plan_of("smoke.toml");
  EXPECT_EQ(plan.trials.size(), 2U * 2 * 2);
  EXPECT_EQ(plan.sweep.axes.size(), 2U);
  EXPECT_EQ(plan.sweep.resources.checkpoint_every_seconds, 1.0);
}

}  // namespace
}  // namespace headsweep::sweep
