#include "sweep/read_value.h"

#include <algorithm>

#include "errors/nearest_name.h"
#include "sweep/refuse.h"

namespace headsweep::sweep {

const Entry* find_entry(const Document& document, std::string_view table, std::string_view key) {
  const auto found = document.tables.find(table);
  if (found == document.tables.end()) return nullptr;
  const auto entry = std::ranges::find(found->second.entries, key, &Entry::key);
  return entry == found->second.entries.end() ? nullptr : &*entry;
}

void refuse_value(const Element& element, std::string_view name, std::string_view allowed) {
  refuse(element.place,
         std::string(name) + " must be " + std::string(allowed) + ", not " + describe(element));
}

trial::Value read_value(const Element& element, std::string_view name, const trial::SettingInfo& setting) {
  // A setting that may be left out must still not be a table, a list or a date.
  if (std::holds_alternative<std::monostate>(element.value)) {
    refuse_value(element, name, trial::allowed_values(setting));
  }
  trial::Value value = element.value;
  if (const auto problem = trial::check_value(setting, value)) {
    refuse(element.place, std::string(name) + " " + *problem);
  }
  return value;
}

const Element& single(const Entry& entry, std::string_view name, std::string_view allowed) {
  const auto* const element = std::get_if<Element>(&entry.content);
  if (!element) refuse(entry.place, std::string(name) + " must be " + std::string(allowed) + ", not a list");
  return *element;
}

const List& list(const Entry& entry, std::string_view name, std::string_view example) {
  const auto* const values = std::get_if<List>(&entry.content);
  if (values && !values->empty()) return *values;
  refuse(entry.place, std::string(name) + " must be a list of at least one value such as " +
                          std::string(example) + ", not " + (values ? "an empty list" : describe(entry)));
}

std::int64_t read_integer(const Element& element, std::string_view name, std::int64_t minimum,
                          std::int64_t maximum) {
  const auto* const integer = std::get_if<std::int64_t>(&element.value);
  if (integer && *integer >= minimum && *integer <= maximum) return *integer;
  refuse_value(element, name,
               minimum == maximum
                   ? std::to_string(minimum)
                   : "an integer from " + std::to_string(minimum) + " to " + std::to_string(maximum));
}

std::string read_text(const Element& element, std::string_view name, std::string_view allowed) {
  const auto* const text = std::get_if<std::string>(&element.value);
  if (!text) refuse_value(element, name, allowed);
  return *text;
}

const trial::SettingInfo& named_setting(const Entry& entry, std::string_view table) {
  if (const trial::SettingInfo* const setting = trial::find_setting(entry.key)) return *setting;
  if (entry.key == "seed" || entry.key == "sweep.seeds") {
    refuse(entry.place, "'" + entry.key + "' cannot stand in " + std::string(table) +
                            ": every combination is trained with every seed of [sweep] seeds");
  }
  std::vector<std::string_view> names;
  for (const trial::SettingInfo& setting : trial::all_settings()) names.push_back(setting.name);
  refuse(entry.place, "unknown setting '" + entry.key + "' in " + std::string(table) +
                          did_you_mean(entry.key, names) +
                          "; it takes the dotted names of [model], [diversity], [training] and [measure]");
}

}  // namespace headsweep::sweep
