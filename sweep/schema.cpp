#include "sweep/schema.h"

#include <algorithm>
#include <array>
#include <string>

#include "errors/nearest_name.h"
#include "sweep/refuse.h"
#include "trial/settings.h"

namespace headsweep::sweep {
namespace {

constexpr std::array<std::string_view, 7> kTables = {"sweep",    "model", "training", "measure",
                                                     "analysis", "axes",  "resources"};

constexpr std::array<std::string_view, 10> kKeysBesideSettings = {"sweep.name",
                                                                  "sweep.seeds",
                                                                  "analysis.primary",
                                                                  "analysis.split",
                                                                  "analysis.layers",
                                                                  "analysis.baseline",
                                                                  "resources.checkpoint_every",
                                                                  "resources.trial_timeout",
                                                                  "resources.retries",
                                                                  "resources.gpus_per_trial"};

std::string_view last_part(std::string_view dotted) {
  return dotted.substr(dotted.rfind('.') + 1);
}

std::string list_of(std::span<const std::string_view> names) {
  std::string list;
  for (const std::string_view name : names) (list += list.empty() ? "" : ", ") += name;
  return list;
}

// A key of another table that was written into this one: [model] task belongs in [training].
std::string right_table(std::string_view key) {
  const std::vector<std::string_view> keys = known_keys();
  const auto found = std::ranges::find(keys, key, last_part);
  if (found == keys.end()) return "";
  return "; it belongs in [" + std::string(found->substr(0, found->rfind('.'))) + "]";
}

[[noreturn]] void refuse_key(std::string_view table, const Entry& entry) {
  std::vector<std::string_view> in_this_table;
  for (const std::string_view key : known_keys()) {
    if (key.starts_with(std::string(table) + ".")) in_this_table.push_back(last_part(key));
  }
  std::string hint = did_you_mean(entry.key, in_this_table);
  if (std::string elsewhere = right_table(entry.key); !elsewhere.empty()) hint = std::move(elsewhere);
  refuse(entry.place, "unknown key '" + std::string(table) + "." + entry.key + "' (" + describe(entry) + ")" +
                          hint + "; keys of [" + std::string(table) + "]: " + list_of(in_this_table));
}

}  // namespace

std::vector<std::string_view> known_keys() {
  std::vector<std::string_view> keys(kKeysBesideSettings.begin(), kKeysBesideSettings.end());
  for (const trial::SettingInfo& setting : trial::all_settings()) keys.push_back(setting.name);
  return keys;
}

void require_known_names(const Document& document) {
  const std::vector<std::string_view> keys = known_keys();
  for (const auto& [name, table] : document.tables) {
    if (name == kAxes) continue;
    if (std::ranges::find(kTables, name) == kTables.end()) {
      refuse(table.place,
             "unknown table [" + name + "]" + did_you_mean(name, kTables) + "; tables: " + list_of(kTables));
    }
    for (const Entry& entry : table.entries) {
      if (std::ranges::find(keys, name + "." + entry.key) == keys.end()) refuse_key(name, entry);
    }
  }
}

}  // namespace headsweep::sweep
