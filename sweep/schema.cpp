#include "sweep/schema.h"

#include <algorithm>
#include <array>
#include <string>

#include "errors/nearest_name.h"
#include "sweep/refuse.h"
#include "trial/settings.h"

namespace headsweep::sweep {
namespace {

constexpr std::array<std::string_view, 13> kTables = {
    "sweep", "model", "budget",  "diversity", "training",  "measure", "analysis",
    "axes",  "zip",   "exclude", "replicate", "resources", "slurm"};

constexpr std::array<std::string_view, 30> kKeysBesideSettings = {"sweep.name",
                                                                  "sweep.seeds",
                                                                  "budget.parameters",
                                                                  "budget.solve_for",
                                                                  "budget.tolerance",
                                                                  "analysis.primary",
                                                                  "analysis.split",
                                                                  "analysis.layers",
                                                                  "analysis.baseline",
                                                                  "replicate.metric",
                                                                  "replicate.half_width",
                                                                  "replicate.max_seeds",
                                                                  "resources.checkpoint_every",
                                                                  "resources.trial_timeout",
                                                                  "resources.retries",
                                                                  "resources.gpus_per_trial",
                                                                  "slurm.nodes",
                                                                  "slurm.gpus_per_node",
                                                                  "slurm.ntasks_per_node",
                                                                  "slurm.cpus_per_task",
                                                                  "slurm.time",
                                                                  "slurm.partition",
                                                                  "slurm.account",
                                                                  "slurm.qos",
                                                                  "slurm.constraint",
                                                                  "slurm.mail_user",
                                                                  "slurm.setup",
                                                                  "slurm.launcher",
                                                                  "slurm.max_restarts",
                                                                  "slurm.sbatch_args"};

std::string_view last_part(std::string_view dotted) {
  return dotted.substr(dotted.rfind('.') + 1);
}

std::string list_of(std::span<const std::string_view> names) {
  std::string list;
  for (const std::string_view name : names) (list += list.empty() ? "" : ", ") += name;
  return list;
}

std::string did_you_mean_exactly(std::string_view name) {
  return "; did you mean '" + std::string(name) + "'?";
}

// A key of another table that was written into this one, or without a table: [model] task means training.task.
std::string in_another_table(std::string_view key) {
  const std::vector<std::string_view> keys = known_keys();
  const auto found = std::ranges::find(keys, key, last_part);
  return found == keys.end() ? "" : did_you_mean_exactly(*found);
}

// The hint ends with a question mark, or is empty.
std::string with_list(const std::string& hint, const std::string& list) {
  return hint + (hint.empty() ? "; " : " ") + list;
}

[[noreturn]] void refuse_key(std::string_view table, const Entry& entry) {
  const std::string prefix = std::string(table) + ".";
  std::vector<std::string_view> in_this_table;
  for (const std::string_view key : known_keys()) {
    if (key.starts_with(prefix)) in_this_table.push_back(last_part(key));
  }
  std::string hint = in_another_table(entry.key);
  if (hint.empty() && !did_you_mean(entry.key, in_this_table).empty()) {
    hint = did_you_mean_exactly(prefix + std::string(nearest_name(entry.key, in_this_table)));
  }
  refuse(entry.place, "unknown key '" + prefix + entry.key + "'" +
                          with_list(hint, "keys of [" + std::string(table) + "]: " + list_of(in_this_table)));
}

}  // namespace

std::vector<std::string_view> known_keys() {
  std::vector<std::string_view> keys(kKeysBesideSettings.begin(), kKeysBesideSettings.end());
  for (const trial::SettingInfo& setting : trial::all_settings()) keys.push_back(setting.name);
  return keys;
}

bool is_known_table(std::string_view name) {
  return std::ranges::find(kTables, name) != kTables.end();
}

bool is_table_list(std::string_view name) {
  return name == kZip || name == kExclude;
}

void refuse_table(std::string_view place, std::string_view name) {
  refuse(place, "unknown table [" + std::string(name) + "]" +
                    with_list(did_you_mean(name, kTables), "tables: " + list_of(kTables)));
}

void refuse_bare_name(std::string_view place, std::string_view name) {
  std::string hint = in_another_table(name);
  if (hint.empty()) hint = did_you_mean(name, kTables);
  refuse(place,
         "unknown table or key '" + std::string(name) + "'" + with_list(hint, "tables: " + list_of(kTables)));
}

void require_known_names(const Document& document) {
  const std::vector<std::string_view> keys = known_keys();
  for (const auto& [name, table] : document.tables) {
    if (name == kAxes) continue;
    if (!is_known_table(name)) refuse_table(table.place, name);
    for (const Entry& entry : table.entries) {
      if (std::ranges::find(keys, name + "." + entry.key) == keys.end()) refuse_key(name, entry);
    }
  }
}

}  // namespace headsweep::sweep
