#include "sweep/plan.h"

#include <string_view>
#include <unordered_map>

#include "sweep/grid.h"
#include "sweep/parameter_match.h"
#include "sweep/refuse.h"
#include "sweep/thousands.h"
#include "trial/key.h"
#include "trial/parameters.h"

namespace headsweep::sweep {
namespace {

void require_fits(const Sweep& sweep, std::int64_t max_trials) {
  const std::int64_t count = count_grid(sweep);
  if (count <= max_trials) return;
  std::string factors;
  for (const Axis& axis : sweep.axes) factors += axis.setting + " " + thousands(axis.values.size()) + " x ";
  constexpr std::int64_t kSaturated = std::int64_t{1} << 62;
  refuse(sweep.source, "the sweep has " + std::string(count == kSaturated ? "more than " : "") +
                           thousands(count) + " trials (" + factors + "seeds " +
                           thousands(sweep.seeds.size()) + "), more than the limit of " +
                           thousands(max_trials) + "; choose fewer values or seeds, or raise --max-trials");
}

// Settings of a combination after the rules between settings.
trial::Settings checked_settings(const Sweep& sweep, const Grid& grid, std::int64_t combination) {
  trial::Settings settings = grid.settings(combination);
  if (const auto problem = trial::check_together(settings)) {
    refuse(sweep.source, "impossible trial (" + grid.name(combination) + "): " + *problem);
  }
  return settings;
}

std::string trial_name(const PlannedTrial& trial, const Grid& grid, std::size_t seeds) {
  const auto combination = (trial.number - 1) / static_cast<std::int64_t>(seeds);
  return "trial " + std::to_string(trial.number) + " (" + grid.name(combination) +
         ", seed = " + std::to_string(trial.settings.seed) + ")";
}

void require_distinct(const Plan& plan, const Grid& grid) {
  std::unordered_map<std::string_view, const PlannedTrial*> by_key;
  by_key.reserve(plan.trials.size());
  for (const PlannedTrial& trial : plan.trials) {
    const auto [earlier, is_new] = by_key.emplace(trial.key, &trial);
    if (is_new) continue;
    refuse(plan.sweep.source, trial_name(*earlier->second, grid, plan.sweep.seeds.size()) + " and " +
                                  trial_name(trial, grid, plan.sweep.seeds.size()) +
                                  " are the same trial; leave one of the values out");
  }
}

}  // namespace

std::int64_t count_grid(const Sweep& sweep) {
  return saturating_product(Grid(sweep).count(), static_cast<std::int64_t>(sweep.seeds.size()));
}

Plan make_plan(const Sweep& sweep, std::int64_t max_trials) {
  require_fits(sweep, max_trials);
  Plan plan{sweep, plan_hash(sweep), 0, {}};
  plan.trials.reserve(static_cast<std::size_t>(count_grid(sweep)));
  const Grid grid(plan.sweep);
  for (std::int64_t combination = 0; combination < grid.count(); ++combination) {
    trial::Settings settings = checked_settings(sweep, grid, combination);
    const std::int64_t parameters = trial::count_parameters(settings.model).total();
    if (combination == 0) plan.parameters = parameters;
    if (parameters != plan.parameters) refuse_unequal_parameters(sweep, grid, 0, combination);
    for (const std::uint32_t seed : sweep.seeds) {
      settings.seed = seed;
      const auto number = static_cast<std::int64_t>(plan.trials.size()) + 1;
      plan.trials.push_back({number, trial::trial_key(settings), settings, parameters});
    }
  }
  require_distinct(plan, grid);
  return plan;
}

}  // namespace headsweep::sweep
