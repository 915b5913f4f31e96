// The sweeps that come with the project are what the documents say.
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "sweep/plan.h"
#include "tasks/task.h"

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
  EXPECT_GE(files, 9U);
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

TEST(Configs, ConfirmatoryOnesHaveTenSeedsAndABaseline) {
  for (const char* const name : {"paper.toml", "diversity_init.toml", "diversity_penalty.toml",
                                 "diversity_graphs.toml", "fixed_head_width.toml"}) {
    const Sweep sweep = read_sweep_file(kConfigs / name);
    EXPECT_EQ(sweep.seeds.size(), 10U) << name;
    EXPECT_FALSE(sweep.analysis.primary.empty()) << name;
    EXPECT_FALSE(sweep.analysis.baseline.empty()) << name;
  }
}

TEST(Configs, GraphsHaveTheirControls) {
  const Plan plan = plan_of("diversity_graphs.toml");
  EXPECT_EQ(plan.trials.size(), 7U * 2 * 10);
  std::set<std::tuple<std::string, bool, std::int64_t>> arms;
  for (const PlannedTrial& trial : plan.trials) {
    EXPECT_EQ(trial.parameters, 172'800);
    const auto& diversity = trial.settings.diversity;
    const bool is_window = diversity.graph == "window";
    arms.emplace(diversity.graph, diversity.graph_shared,
                 is_window ? diversity.graph_window : diversity.graph_degree);
  }
  constexpr std::int64_t kHeads = 8;
  constexpr std::int64_t kKeys = 4;
  EXPECT_EQ(arms, (decltype(arms){{"full", false, kKeys},
                                  {"random", false, kKeys},
                                  {"random", true, kKeys},
                                  {"random", true, kHeads * (kKeys - 1) + 1},
                                  {"window", false, kKeys},
                                  {"window", true, kKeys},
                                  {"window", true, kHeads * kKeys}}));
}

TEST(Configs, PenaltiesShareTheArmWithoutOne) {
  const Plan plan = plan_of("diversity_penalty.toml");
  EXPECT_EQ(plan.trials.size(), (4U * 4 + 1) * 2 * 10);
  EXPECT_EQ(plan.notes.size(), 1U);
}

TEST(Configs, FixedHeadWidthPaysWithItsMlps) {
  const Plan plan = plan_of("fixed_head_width.toml");
  std::set<std::int64_t> widths;
  for (const PlannedTrial& trial : plan.trials) {
    EXPECT_EQ(trial.settings.model.columns_per_head(), 16);
    widths.insert(trial.settings.model.mlp_width);
  }
  EXPECT_EQ(widths, (std::set<std::int64_t>{127, 256, 320, 352}));
}

TEST(Configs, TasksAreAllOfThem) {
  const Plan plan = plan_of("tasks.toml");
  std::set<std::string> tasks;
  for (const PlannedTrial& trial : plan.trials) tasks.insert(trial.settings.training.task);
  EXPECT_EQ(tasks.size(), tasks::all_tasks().size());
}

}  // namespace
}  // namespace headsweep::sweep
