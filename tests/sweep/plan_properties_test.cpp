// What holds for the plans of all sweeps: compared with nested loops that know nothing of the grid.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sweep/budget.h"
#include "sweep/plan.h"
#include "trial/key.h"
#include "trial/parameters.h"

namespace headsweep::sweep {
namespace {

using trial::Value;

// Values of each setting; every combination is a possible trial that the MLPs can be matched to.
const std::vector<std::pair<std::string, std::vector<Value>>>& pool() {
  static const std::vector<std::pair<std::string, std::vector<Value>>> pool = {
      {"model.heads", {std::int64_t{1}, std::int64_t{2}, std::int64_t{4}}},
      {"model.layers", {std::int64_t{4}, std::int64_t{3}, std::int64_t{5}}},
      {"model.head_width", {std::int64_t{4}, std::int64_t{16}}},
      {"model.talking_heads", {true, false}},
      {"diversity.tied_heads", {0.0, 0.5, 1.0}},
      {"diversity.penalty", {std::string("none"), std::string("js"), std::string("output")}},
      {"diversity.penalty_weight", {0.25, 0.0, -1.0}},
      {"diversity.graph", {std::string("full"), std::string("window")}},
      {"diversity.graph_window", {std::int64_t{8}, std::int64_t{2}}},
      {"training.task", {std::string("copy"), std::string("cycle")}},
      {"training.shift", {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}}},
      {"measure.horizon", {std::int64_t{100}, std::int64_t{5}}},
  };
  return pool;
}

// Some of a setting's values, in any order.
std::vector<Value> some_values(const std::vector<Value>& all) {
  std::vector<Value> values;
  for (const Value& value : all) {
    if (*rc::gen::inRange(0, 4) > 0) values.push_back(value);
  }
  if (values.empty()) values.push_back(all.front());
  const auto turn = *rc::gen::inRange<std::size_t>(0, values.size());
  std::ranges::rotate(values, values.begin() + static_cast<std::ptrdiff_t>(turn));
  return values;
}

// Up to four axes, a zip, up to two exclusions, up to three seeds.
Sweep random_sweep() {
  Sweep sweep;
  sweep.name = "random";
  sweep.source = "random";
  std::vector<std::size_t> order(pool().size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[*rc::gen::inRange<std::size_t>(0, i)]);
  const auto axes = *rc::gen::inRange<std::size_t>(0, 5);
  for (std::size_t i = 0; i < axes; ++i) {
    const auto& [setting, values] = pool()[order[i]];
    sweep.axes.push_back({setting, some_values(values)});
  }
  if (*rc::gen::element(true, false)) {
    Zip zip;
    for (const std::size_t i : {axes, axes + 1}) {
      const auto& [setting, values] = pool()[order[i]];
      zip.push_back({setting, std::vector<Value>{values[0], values[1]}});
    }
    sweep.zips.push_back(zip);
  }
  const auto exclusions = sweep.axes.empty() ? 0 : *rc::gen::inRange(0, 3);
  for (int i = 0; i < exclusions; ++i) {
    Exclusion exclusion;
    for (const Axis& axis : sweep.axes) {
      if (*rc::gen::element(true, false)) exclusion.terms.push_back({axis.setting, {axis.values[0]}});
    }
    if (!exclusion.terms.empty()) sweep.exclusions.push_back(exclusion);
  }
  const auto seeds = *rc::gen::inRange<std::uint32_t>(1, 4);
  for (std::uint32_t seed = 0; seed < seeds; ++seed) sweep.seeds.push_back(7 * seed);
  return sweep;
}

// One combination as nested loops make it.
using Choices = std::vector<std::pair<std::string, Value>>;

void append_axes(const Sweep& sweep, std::size_t axis, const Choices& so_far, std::vector<Choices>& all) {
  if (axis == sweep.axes.size()) {
    if (sweep.zips.empty()) {
      all.push_back(so_far);
      return;
    }
    const Zip& zip = sweep.zips.front();
    for (std::size_t row = 0; row < zip.front().values.size(); ++row) {
      Choices choices = so_far;
      for (const Axis& one : zip) choices.emplace_back(one.setting, one.values[row]);
      all.push_back(choices);
    }
    return;
  }
  for (const Value& value : sweep.axes[axis].values) {
    Choices choices = so_far;
    choices.emplace_back(sweep.axes[axis].setting, value);
    append_axes(sweep, axis + 1, choices, all);
  }
}

bool is_excluded(const Sweep& sweep, const Choices& choices) {
  return std::ranges::any_of(sweep.exclusions, [&](const Exclusion& exclusion) {
    return std::ranges::all_of(exclusion.terms, [&](const Exclusion::Term& term) {
      return std::ranges::find(choices, std::pair(term.setting, term.values.front())) != choices.end();
    });
  });
}

// The resolved settings of every combination that is not excluded, each once, in order; parameter-matched.
std::vector<trial::Settings> expected_arms(const Sweep& sweep) {
  std::vector<Choices> combinations;
  append_axes(sweep, 0, {}, combinations);
  std::vector<trial::Settings> arms;
  for (const Choices& choices : combinations) {
    if (is_excluded(sweep, choices)) continue;
    trial::Settings settings = sweep.base;
    for (const auto& [setting, value] : choices) trial::find_setting(setting)->set(settings, value);
    settings.model = nearest_model(settings.model, target_parameters(sweep), "mlp_width");
    settings = trial::resolved(settings);
    if (std::ranges::find(arms, settings) == arms.end()) arms.push_back(settings);
  }
  return arms;
}

RC_GTEST_PROP(PlanProperties, IsWhatNestedLoopsMake, ()) {
  const Sweep sweep = random_sweep();
  const std::vector<trial::Settings> arms = expected_arms(sweep);
  RC_PRE(!arms.empty());
  const Plan plan = make_plan(sweep);
  RC_ASSERT(plan.trials.size() == arms.size() * sweep.seeds.size());
  std::size_t number = 0;
  for (trial::Settings expected : arms) {
    for (const std::uint32_t seed : sweep.seeds) {
      expected.seed = seed;
      const PlannedTrial& trial = plan.trials[number++];
      RC_ASSERT(trial.number == static_cast<std::int64_t>(number));
      RC_ASSERT(trial.settings == expected);
      RC_ASSERT(trial.key == trial::trial_key(expected));
    }
  }
}

RC_GTEST_PROP(PlanProperties, HasNoTrialTwice, ()) {
  const Sweep sweep = random_sweep();
  RC_PRE(!expected_arms(sweep).empty());
  const Plan plan = make_plan(sweep);
  std::set<std::string_view> keys;
  for (const PlannedTrial& trial : plan.trials) RC_ASSERT(keys.insert(trial.key).second);
}

RC_GTEST_PROP(PlanProperties, IsStableWhenASeedOrAValueIsAppended, ()) {
  Sweep sweep = random_sweep();
  RC_PRE(!expected_arms(sweep).empty());
  const Plan before = make_plan(sweep);
  RC_ASSERT(make_plan(sweep).trials.back().key == before.trials.back().key);
  sweep.seeds.push_back(1000);
  const bool has_horizon =
      std::ranges::find(sweep.axes, "measure.horizon", &Axis::setting) != sweep.axes.end();
  if (!has_horizon && sweep.zips.empty()) {
    sweep.axes.push_back({"measure.horizon", std::vector<Value>{std::int64_t{100}, std::int64_t{77}}});
  }
  const Plan after = make_plan(sweep);
  RC_ASSERT(after.hash != before.hash);
  auto next = after.trials.begin();  // the old trials are still there, in their order
  for (const PlannedTrial& trial : before.trials) {
    next = std::ranges::find(next, after.trials.end(), trial.key, &PlannedTrial::key);
    RC_ASSERT(next != after.trials.end());
  }
}

RC_GTEST_PROP(PlanProperties, MeetsTheBudgetWithTensorsThatAreThere, ()) {
  const Sweep sweep = random_sweep();
  RC_PRE(!expected_arms(sweep).empty());
  const Plan plan = make_plan(sweep);
  for (const PlannedTrial& trial : plan.trials) {
    std::int64_t sum = 0;
    for (const trial::ParameterTensor& tensor : trial::parameter_layout(trial.settings.model))
      sum += tensor.count();
    RC_ASSERT(sum == trial.parameters);
    RC_ASSERT(std::abs(parameter_mismatch(sum, plan.parameters)) <= sweep.budget.tolerance);
  }
}

}  // namespace
}  // namespace headsweep::sweep
