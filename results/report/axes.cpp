#include "results/report/axes.h"

#include <algorithm>
#include <map>

#include "results/setting_columns.h"

namespace headsweep::report {
namespace {

using results::Arm;
using results::Cell;

Cell value_of(const Arm& arm, const std::string& column) {
  if (column == "task") return arm.task;
  if (column == "heads") return arm.heads;
  const auto found = std::ranges::find(arm.axes, column, &results::AxisValue::column);
  return found == arm.axes.end() ? Cell() : found->value;
}

std::optional<Cell> baseline_value(const results::SweepAnalysis& analysis, const std::string& column) {
  for (const results::SettingColumn& setting : results::setting_columns()) {
    const auto named = analysis.baseline.find(std::string(setting.setting->name));
    if (setting.name == column && named != analysis.baseline.end()) return named->second;
  }
  return std::nullopt;
}

Axis make_axis(const results::Statistics& statistics, const std::string& column) {
  Axis axis{column, {}, {}, {}};
  for (const Arm& arm : statistics.arms) axis.values.push_back(value_of(arm, column));
  const std::vector<Cell> of_arms = axis.values;
  if (column == "task") {  // in the order of the file
    axis.values.clear();
    for (const Cell& value : of_arms) {
      if (std::ranges::find(axis.values, value) == axis.values.end()) axis.values.push_back(value);
    }
  } else {
    std::ranges::sort(axis.values);
    axis.values.erase(std::ranges::unique(axis.values).begin(), axis.values.end());
  }
  const auto place = [&](const Cell& value) {
    return static_cast<std::size_t>(std::ranges::find(axis.values, value) - axis.values.begin());
  };
  for (const Cell& value : of_arms) axis.place_of_arm.push_back(place(value));
  if (const auto baseline = baseline_value(statistics.analysis, column)) {
    if (place(*baseline) < axis.values.size()) axis.baseline_place = place(*baseline);
  }
  return axis;
}

bool determines(const Axis& one, const Axis& other) {
  std::map<std::size_t, std::size_t> seen;
  for (std::size_t arm = 0; arm < one.place_of_arm.size(); ++arm) {
    const auto [known, fresh] = seen.emplace(one.place_of_arm[arm], other.place_of_arm[arm]);
    if (!fresh && known->second != other.place_of_arm[arm]) return false;
  }
  return true;
}

}  // namespace

std::vector<Axis> axes_of(const results::Statistics& statistics) {
  std::vector<Axis> axes;
  for (const std::string& column : statistics.analysis.axes) {
    Axis axis = make_axis(statistics, column);
    const bool known = std::ranges::any_of(axes, [&](const Axis& other) { return determines(other, axis); });
    if (axis.values.size() > 1 && !known) axes.push_back(std::move(axis));
  }
  return axes;
}

Json axes_json(const std::vector<Axis>& axes) {
  Json list = Json::array();
  for (const Axis& axis : axes) {
    Json values = Json::array();
    for (const Cell& value : axis.values) values.push_back(cell_json(value));
    list.push_back({{"column", axis.column},
                    {"values", std::move(values)},
                    {"baseline_place", axis.baseline_place ? Json(*axis.baseline_place) : Json(nullptr)}});
  }
  return list;
}

}  // namespace headsweep::report
