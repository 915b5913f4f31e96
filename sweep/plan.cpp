#include "sweep/plan.h"

#include <string_view>
#include <unordered_map>

#include "sweep/collapse.h"
#include "sweep/expansion.h"
#include "sweep/refuse.h"
#include "sweep/thousands.h"
#include "trial/key.h"

namespace headsweep::sweep {
namespace {

void require_fits(const Sweep& sweep, std::int64_t max_trials) {
  const std::int64_t count = count_grid(sweep);
  if (count <= max_trials) return;
  constexpr std::int64_t kSaturated = std::int64_t{1} << 62;
  refuse(sweep.source, "the sweep has " + std::string(count == kSaturated ? "more than " : "") +
                           thousands(count) + " trials (" + Grid(sweep).factors() + "seeds " +
                           thousands(sweep.seeds.size()) + "), more than the limit of " +
                           thousands(max_trials) + "; choose fewer values or seeds, or raise --max-trials");
}

class Planner {
 public:
  Planner(Plan& plan) : plan_(plan), expansion_(plan.sweep), left_out_(plan.sweep) {
    plan.parameters = expansion_.parameters();
    plan.trials.reserve(static_cast<std::size_t>(count_grid(plan.sweep)));
  }

  void run(const std::function<void()>& before_each) {
    const Grid& grid = expansion_.grid();
    for (std::int64_t combination = 0; combination < grid.count(); ++combination) {
      before_each();
      if (grid.is_excluded(combination)) {
        left_out_.excluded();
      } else {
        add(combination);
      }
    }
    if (plan_.trials.empty()) refuse(plan_.sweep.source, "[[exclude]] leaves out every combination");
    plan_.notes = left_out_.notes(grid.count());
  }

 private:
  void add(std::int64_t combination) {
    Expansion::Arm arm = expansion_.arm(combination);
    left_out_.seen(expansion_.grid().settings(combination));
    require_rows(arm.settings.training.batch, combination);
    arm.settings.seed = plan_.sweep.seeds.front();
    std::string key = trial::trial_key(arm.settings);
    if (const auto earlier = first_of_arm_.find(key); earlier != first_of_arm_.end()) {
      collapse(plan_.trials[earlier->second], combination);
      return;
    }
    for (const std::uint32_t seed : plan_.sweep.seeds) {
      arm.settings.seed = seed;
      const auto number = static_cast<std::int64_t>(plan_.trials.size()) + 1;
      plan_.trials.push_back({number, key.empty() ? trial::trial_key(arm.settings) : std::move(key),
                              arm.settings, arm.parameters, combination});
      key.clear();
    }
    const std::size_t first = plan_.trials.size() - plan_.sweep.seeds.size();
    first_of_arm_.emplace(plan_.trials[first].key, first);
  }

  // Every worker of a gang takes some sequences of each batch.
  void require_rows(std::int64_t batch, std::int64_t combination) const {
    const std::int64_t members = plan_.sweep.resources.gpus_per_trial;
    if (members <= batch) return;
    refuse(plan_.sweep.source, "resources.gpus_per_trial = " + std::to_string(members) + ", but " +
                                   expansion_.grid().name(combination) + " has batches of " +
                                   std::to_string(batch) + " sequences; each worker needs at least one");
  }

  void collapse(const PlannedTrial& earlier, std::int64_t combination) {
    const Grid& grid = expansion_.grid();
    const std::vector<std::string> why = why_equal(plan_.sweep, grid, earlier.combination, combination);
    if (!why.empty()) return left_out_.collapsed(why);
    refuse(plan_.sweep.source, "trial " + std::to_string(earlier.number) + " (" +
                                   grid.name(earlier.combination) + ") and trial " +
                                   std::to_string(plan_.trials.size() + 1) + " (" + grid.name(combination) +
                                   ") are the same trial; leave one of the values out");
  }

  Plan& plan_;
  Expansion expansion_;
  LeftOut left_out_;
  // Index of the first trial of each arm by its key, which lives in the plan: keys are too long to be stored within
  // their trials, so that they stay where they are.
  std::unordered_map<std::string_view, std::size_t> first_of_arm_;
};

}  // namespace

std::int64_t count_grid(const Sweep& sweep) {
  return saturating_product(Grid(sweep).count(), static_cast<std::int64_t>(sweep.seeds.size()));
}

Plan make_plan(const Sweep& sweep, std::int64_t max_trials, const std::function<void()>& before_each) {
  require_fits(sweep, max_trials);
  Plan plan{sweep, plan_hash(sweep), 0, {}, {}};
  Planner(plan).run(before_each);
  return plan;
}

}  // namespace headsweep::sweep
