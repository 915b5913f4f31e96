#include "sweep/read_axes.h"

#include <algorithm>
#include <string>

#include "sweep/read_range.h"
#include "sweep/read_value.h"
#include "sweep/refuse.h"
#include "sweep/thousands.h"

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

// In a [[zip]] the rows must differ, not the values of one list; the plan refuses equal rows as equal trials.
Axis read_axis(const Document& document, const Entry& entry, std::string_view table) {
  const bool is_zip = table == kZip;
  const trial::SettingInfo& setting = named_setting(entry, is_zip ? "[[zip]]" : "[axes]");
  const std::string name = std::string(table) + "." + entry.key;
  Axis axis{entry.key, read_axis_values(entry, name, setting, is_zip), entry.place};
  require_no_override(document, axis);
  return axis;
}

const Axis* find_in(const std::vector<Axis>& axes, std::string_view setting) {
  const auto found = std::ranges::find(axes, setting, &Axis::setting);
  return found == axes.end() ? nullptr : &*found;
}

const Axis* find_in(const std::vector<Zip>& zips, std::string_view setting) {
  for (const Zip& zip : zips) {
    if (const Axis* const axis = find_in(zip, setting)) return axis;
  }
  return nullptr;
}

const std::vector<Table>& table_list(const Document& document, std::string_view name) {
  static const std::vector<Table> none;
  const auto found = document.lists.find(name);
  return found == document.lists.end() ? none : found->second;
}

void require_equal_length(const Zip& zip) {
  for (const Axis& axis : zip) {
    if (axis.values.size() == zip.front().values.size()) continue;
    refuse(axis.place, "[[zip]] needs lists of equal length, not " + thousands(zip.front().values.size()) +
                           " values of " + zip.front().setting + " and " + thousands(axis.values.size()) +
                           " of " + axis.setting);
  }
}

Exclusion::Term read_term(const Entry& entry, const Sweep& sweep) {
  const trial::SettingInfo& setting = named_setting(entry, "[[exclude]]");
  const std::string name = "exclude." + entry.key;
  const Axis* const axis = find_axis(sweep, entry.key);
  if (!axis) refuse(entry.place, name + " does not vary in this sweep; name an axis or a setting of [[zip]]");
  const auto* const single_value = std::get_if<Element>(&entry.content);
  const List elements = single_value ? List{*single_value} : list(entry, name, "[1, 2]");
  Exclusion::Term term{entry.key, {}};
  for (const Element& element : elements) {
    term.values.push_back(read_value(element, name, setting));
    if (axis->values.contains(term.values.back())) continue;
    refuse(element.place, name + " must be a value of the axis " + values_text(axis->values) + ", not " +
                              trial::to_text(term.values.back()));
  }
  return term;
}

}  // namespace

std::vector<Axis> read_axes(const Document& document) {
  std::vector<Axis> axes;
  const auto table = document.tables.find(kAxes);
  if (table == document.tables.end()) return axes;
  for (const Entry& entry : table->second.entries) {
    if (find_in(axes, entry.key)) refuse(entry.place, "the axis " + entry.key + " is there twice");
    axes.push_back(read_axis(document, entry, kAxes));
  }
  return axes;
}

std::vector<Zip> read_zips(const Document& document, const std::vector<Axis>& axes) {
  std::vector<Zip> zips;
  for (const Table& table : table_list(document, kZip)) {
    if (table.entries.empty()) refuse(table.place, "[[zip]] names no setting; give it lists of equal length");
    Zip zip;
    for (const Entry& entry : table.entries) {
      if (find_in(axes, entry.key) || find_in(zips, entry.key) || find_in(zip, entry.key)) {
        refuse(entry.place, "the axis " + entry.key + " is there twice");
      }
      zip.push_back(read_axis(document, entry, kZip));
    }
    require_equal_length(zip);
    zips.push_back(std::move(zip));
  }
  return zips;
}

std::vector<Exclusion> read_exclusions(const Document& document, const Sweep& sweep) {
  std::vector<Exclusion> exclusions;
  for (const Table& table : table_list(document, kExclude)) {
    if (table.entries.empty()) {
      refuse(table.place, "[[exclude]] names no setting, which would leave out every trial");
    }
    Exclusion& exclusion = exclusions.emplace_back();
    for (const Entry& entry : table.entries) {
      if (std::ranges::find(exclusion.terms, entry.key, &Exclusion::Term::setting) != exclusion.terms.end()) {
        refuse(entry.place, "exclude." + entry.key + " is there twice");
      }
      exclusion.terms.push_back(read_term(entry, sweep));
    }
  }
  return exclusions;
}

const Axis* find_axis(const Sweep& sweep, std::string_view setting) {
  const Axis* const axis = find_in(sweep.axes, setting);
  return axis ? axis : find_in(sweep.zips, setting);
}

std::vector<std::size_t> rows_with(const Zip& zip, const std::map<std::string, trial::Value>& values) {
  const auto named =
      std::ranges::find_if(zip, [&](const Axis& axis) { return values.contains(axis.setting); });
  std::vector<std::size_t> rows = named->values.find(values.at(named->setting));
  for (const Axis& axis : zip) {
    const auto wanted = values.find(axis.setting);
    if (wanted == values.end()) continue;
    std::erase_if(rows, [&](std::size_t row) { return axis.values[row] != wanted->second; });
  }
  return rows;
}

std::string values_text(const AxisValues& values) {
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
