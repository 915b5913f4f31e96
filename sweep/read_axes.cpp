#include "sweep/read_axes.h"

#include <algorithm>
#include <string>

#include "sweep/read_value.h"
#include "sweep/refuse.h"

namespace headsweep::sweep {
namespace {

// Refuses `--set model.heads=2` where an axis sets model.heads: it would change nothing.
void require_no_override(const Document& document, const Axis& axis) {
  const std::size_t dot = axis.setting.find('.');
  const Entry* const entry = find_entry(document, axis.setting.substr(0, dot), axis.setting.substr(dot + 1));
  if (!entry || !entry->from_override) return;
  refuse(entry->place, "the axis " + axis.setting + " = " + values_text(axis.values) +
                           " replaces this value; set the axis instead: --set 'axes.\"" + axis.setting +
                           "\"=[" + describe(*entry) + "]'");
}

void require_distinct(const Axis& axis, const List& elements, std::string_view name) {
  std::vector<std::size_t> order(axis.values.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) -> const trial::Value& { return axis.values[i]; });
  const auto twice = std::ranges::adjacent_find(
      order, {}, [&](std::size_t i) -> const trial::Value& { return axis.values[i]; });
  if (twice == order.end()) return;
  const Element& second = elements[*std::next(twice)];
  refuse(second.place, std::string(name) + " has " + describe(second) + " twice; each value may stand once");
}

Axis read_axis(const Entry& entry) {
  const trial::SettingInfo& setting = named_setting(entry, "[axes]");
  const std::string name = "axes." + entry.key;
  Axis axis{entry.key, {}, entry.place};
  const List& elements = list(entry, name, setting.type == trial::Type::kName ? R"(["a", "b"])" : "[1, 2]");
  for (const Element& element : elements) axis.values.push_back(read_value(element, name, setting));
  require_distinct(axis, elements, name);
  return axis;
}

}  // namespace

std::vector<Axis> read_axes(const Document& document) {
  std::vector<Axis> axes;
  const auto table = document.tables.find(kAxes);
  if (table == document.tables.end()) return axes;
  for (const Entry& entry : table->second.entries) {
    if (std::ranges::find(axes, entry.key, &Axis::setting) != axes.end()) {
      refuse(entry.place, "the axis " + entry.key + " is there twice");
    }
    axes.push_back(read_axis(entry));
    require_no_override(document, axes.back());
  }
  return axes;
}

std::string values_text(const std::vector<trial::Value>& values) {
  constexpr std::size_t kShown = 12;
  std::string text = "[";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values.size() > kShown && i == kShown / 2) {
      text += ", ...";
      i = values.size() - kShown / 2;
    }
    (text += i == 0 ? "" : ", ") += trial::to_text(values[i]);
  }
  return text + "]";
}

}  // namespace headsweep::sweep
