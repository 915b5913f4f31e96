#include "sweep/expansion.h"

#include <cmath>

#include "sweep/budget.h"
#include "sweep/read_axes.h"
#include "sweep/refuse.h"
#include "sweep/thousands.h"
#include "trial/key.h"
#include "trial/parameters.h"

namespace headsweep::sweep {
namespace {

// Where the first axis stands that changes the count.
std::string place_of_change(const Sweep& sweep) {
  for (const trial::SettingInfo& setting : trial::all_settings()) {
    const Axis* const axis = find_axis(sweep, setting.name);
    if (axis && changes_parameters(sweep, setting.name)) return axis->place;
  }
  return sweep.source;
}

std::string solved_text(const trial::ModelSettings& model, const std::string& solve_for) {
  if (solve_for == "width") return "model.width = " + std::to_string(model.width);
  if (solve_for == "layers") return "model.layers = " + std::to_string(model.layers);
  return "model.mlp_width = " + std::to_string(model.mlp_width) +
         (model.wider_mlps == 0 ? "" : " and model.wider_mlps = " + std::to_string(model.wider_mlps));
}

// 0.002 as "0.2%".
std::string percent(double fraction) {
  std::string text = trial::to_text(std::round(fraction * 1e6) / 1e4);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text + "%";
}

}  // namespace

Expansion::Expansion(const Sweep& sweep)
    : sweep_(sweep), grid_(sweep), parameters_(target_parameters(sweep)) {}

void Expansion::require_possible(const trial::Settings& settings, std::int64_t combination) const {
  if (const auto problem = trial::check_together(settings)) {
    refuse(sweep_.source, "impossible trial (" + grid_.name(combination) + "): " + *problem);
  }
}

void Expansion::require_within_tolerance(const Arm& arm, std::int64_t combination) const {
  const Budget& budget = sweep_.budget;
  if (std::abs(parameter_mismatch(arm.parameters, parameters_)) <= budget.tolerance) return;
  refuse(place_of_change(sweep_),
         "no model." + budget.solve_for + " gives " + thousands(parameters_) + " parameters within " +
             percent(budget.tolerance) + " (" + grid_.name(combination) + "): the nearest count is " +
             thousands(arm.parameters) + " with " + solved_text(arm.settings.model, budget.solve_for) +
             "; leave that value out, or change parameters, solve_for or tolerance of [budget]");
}

Expansion::Arm Expansion::arm(std::int64_t combination) const {
  trial::Settings settings = grid_.settings(combination);
  // A width that is solved for need not fit the heads before.
  if (sweep_.budget.solve_for != "width") require_possible(settings, combination);
  const trial::ModelSettings as_written = settings.model;
  settings.model = nearest_model(as_written, parameters_, sweep_.budget.solve_for);
  Arm arm{settings, trial::count_parameters(settings.model).total()};
  require_within_tolerance(arm, combination);
  if (settings.model != as_written || sweep_.budget.solve_for == "width") {
    require_possible(settings, combination);
  }
  arm.settings = trial::resolved(settings);
  return arm;
}

std::optional<std::string> Expansion::baseline_arm(std::int64_t combination) const {
  const std::optional<std::int64_t> baseline = grid_.baseline(combination);
  if (!baseline || *baseline == combination || grid_.is_excluded(*baseline)) return std::nullopt;
  std::string key = trial::arm_key(arm(*baseline).settings);
  // Combinations that differ only in settings that mean nothing are one arm.
  if (key == trial::arm_key(arm(combination).settings)) return std::nullopt;
  return key;
}

}  // namespace headsweep::sweep
