#include "sweep/parameter_match.h"

#include <algorithm>

#include "sweep/refuse.h"
#include "sweep/thousands.h"
#include "trial/parameters.h"

namespace headsweep::sweep {
namespace {

std::int64_t parameters(const trial::Settings& settings) {
  return trial::count_parameters(settings.model).total();
}

// The axes that change the count on the way from one combination to the other, each taken alone.
std::vector<const Axis*> changing_axes(const Sweep& sweep, const trial::Settings& from,
                                       const trial::Settings& to) {
  std::vector<const Axis*> changing;
  for (const Axis& axis : sweep.axes) {
    const trial::SettingInfo* const setting = trial::find_setting(axis.setting);
    trial::Settings moved = from;
    setting->set(moved, setting->get(to));
    if (parameters(moved) != parameters(from)) changing.push_back(&axis);
  }
  return changing;
}

// The width of the MLPs with which `settings` come nearest to `target` parameters.
trial::Settings with_matching_mlp(const trial::Settings& settings, std::int64_t target) {
  const std::int64_t per_unit = settings.model.layers * (2 * settings.model.width + 1);
  const double missing = static_cast<double>(target - parameters(settings)) / static_cast<double>(per_unit);
  trial::Settings matched = settings;
  matched.model.mlp_width += static_cast<std::int64_t>(missing + (missing < 0 ? -0.5 : 0.5));
  return matched;
}

std::string what_to_change(const std::vector<const Axis*>& changing, const trial::Settings& first,
                           const trial::Settings& second) {
  const auto changes = [&](std::string_view name) {
    return std::ranges::find(changing, name, &Axis::setting) != changing.end();
  };
  if (changes("model.heads") && second.model.head_width) {
    return "leave model.head_width out, so that the heads share model.width";
  }
  const trial::Settings matched = with_matching_mlp(second, parameters(first));
  trial::Value mlp_width = matched.model.mlp_width;
  if (changes("model.mlp_width") || trial::check_value(*trial::find_setting("model.mlp_width"), mlp_width)) {
    return "leave that axis out";
  }
  return "leave that axis out, or give the second a sweep of its own with model.mlp_width = " +
         std::to_string(matched.model.mlp_width) + " (" + thousands(parameters(matched)) + " parameters)";
}

}  // namespace

void refuse_unequal_parameters(const Sweep& sweep, const Grid& grid, std::int64_t first,
                               std::int64_t second) {
  const trial::Settings a = grid.settings(first);
  const trial::Settings b = grid.settings(second);
  const std::vector<const Axis*> changing = changing_axes(sweep, a, b);
  std::string axes;
  for (const Axis* const axis : changing) axes += (axes.empty() ? "" : ", ") + axis->setting;
  refuse(changing.empty() ? sweep.source : changing.front()->place,
         "parameter counts differ: " + thousands(parameters(a)) + " (" + grid.name(first) + ") but " +
             thousands(parameters(b)) + " (" + grid.name(second) + "), changed by " + axes + "; " +
             what_to_change(changing, a, b));
}

}  // namespace headsweep::sweep
