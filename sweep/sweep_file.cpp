#include "sweep/sweep_file.h"

#include <algorithm>
#include <unordered_set>

#include "sweep/control_characters.h"
#include "sweep/document.h"
#include "sweep/duration.h"
#include "sweep/read_analysis.h"
#include "sweep/read_axes.h"
#include "sweep/read_budget.h"
#include "sweep/read_replicate.h"
#include "sweep/read_slurm.h"
#include "sweep/read_text_file.h"
#include "sweep/read_value.h"
#include "sweep/refuse.h"
#include "sweep/schema.h"

namespace headsweep::sweep {
namespace {

constexpr std::int64_t kMaxSeeds = 1'000'000;
constexpr std::size_t kMaxNameBytes = 100;
constexpr double kMonth = 30 * 86400.0;  // seconds

std::string read_name(const Document& document) {
  constexpr std::string_view kAllowed = "text of 1 to 100 bytes without control characters";
  const Entry* const entry = find_entry(document, "sweep", "name");
  if (!entry) refuse(document.file, "[sweep] name is missing; give the sweep a name, as in name = \"paper\"");
  const Element& element = single(*entry, "sweep.name", kAllowed);
  std::string name = read_text(element, "sweep.name", kAllowed);
  if (name.empty() || name.size() > kMaxNameBytes || has_control_characters(name)) {
    refuse_value(element, "sweep.name", kAllowed);
  }
  return name;
}

std::vector<std::uint32_t> read_seeds(const Document& document) {
  const Entry* const entry = find_entry(document, "sweep", "seeds");
  if (!entry) return {0};
  std::vector<std::uint32_t> seeds;
  if (const auto* const count = std::get_if<Element>(&entry->content)) {
    const std::int64_t n = read_integer(*count, "sweep.seeds (or a list of seeds)", 1, kMaxSeeds);
    for (std::int64_t seed = 0; seed < n; ++seed) seeds.push_back(static_cast<std::uint32_t>(seed));
    return seeds;
  }
  std::unordered_set<std::uint32_t> seen;
  for (const Element& element : list(*entry, "sweep.seeds", "[0, 1, 2]")) {
    const std::int64_t seed = read_integer(element, "sweep.seeds: a seed", 0, UINT32_MAX);
    seeds.push_back(static_cast<std::uint32_t>(seed));
    if (!seen.insert(seeds.back()).second) {
      refuse(element.place, "sweep.seeds has " + describe(element) + " twice; each seed may stand once");
    }
  }
  return seeds;
}

trial::Settings read_base(const Document& document) {
  trial::Settings base;
  for (const trial::SettingInfo& setting : trial::all_settings()) {
    const std::size_t dot = setting.name.find('.');
    const Entry* const entry =
        find_entry(document, setting.name.substr(0, dot), setting.name.substr(dot + 1));
    if (!entry) continue;
    const Element& element = single(*entry, setting.name, trial::allowed_values(setting));
    setting.set(base, read_value(element, setting.name, setting));
  }
  return base;
}

double read_duration(const Document& document, std::string_view key, double minimum, double standard) {
  const Entry* const entry = find_entry(document, "resources", key);
  if (!entry) return standard;
  const std::string name = "resources." + std::string(key);
  const std::string allowed = "a duration from \"" + std::string(minimum < 1 ? "0.1s" : "1s") +
                              "\" to \"30d\", a number with s, m, h or d, such as \"2m\"";
  const Element& element = single(*entry, name, allowed);
  const auto seconds = parse_duration(read_text(element, name, allowed));
  if (!seconds || *seconds < minimum || *seconds > kMonth) refuse_value(element, name, allowed);
  return *seconds;
}

std::int64_t read_resource(const Document& document, std::string_view key, std::int64_t minimum,
                           std::int64_t maximum, std::int64_t standard) {
  const Entry* const entry = find_entry(document, "resources", key);
  if (!entry) return standard;
  const std::string name = "resources." + std::string(key);
  return read_integer(single(*entry, name, "an integer"), name, minimum, maximum);
}

Resources read_resources(const Document& document) {
  Resources resources;
  resources.checkpoint_every_seconds =
      read_duration(document, "checkpoint_every", 0.1, resources.checkpoint_every_seconds);
  resources.trial_timeout_seconds =
      read_duration(document, "trial_timeout", 1, resources.trial_timeout_seconds);
  resources.retries = read_resource(document, "retries", 0, 100, resources.retries);
  resources.gpus_per_trial =
      read_resource(document, "gpus_per_trial", 1, kMostGpusPerTrial, resources.gpus_per_trial);
  return resources;
}

}  // namespace

Sweep parse_sweep(std::string_view text, const std::string& name, std::span<const std::string> overrides) {
  const Document document = read_document(text, name, overrides);
  require_known_names(document);
  Sweep sweep;
  sweep.source = name;
  sweep.name = read_name(document);
  sweep.seeds = read_seeds(document);
  sweep.base = read_base(document);
  sweep.axes = read_axes(document);
  sweep.zips = read_zips(document, sweep.axes);
  sweep.exclusions = read_exclusions(document, sweep);
  sweep.budget = read_budget(document, sweep);
  sweep.analysis = read_analysis(document, sweep);
  sweep.replicate = read_replicate(document, sweep);
  sweep.resources = read_resources(document);
  sweep.slurm = read_slurm(document);
  return sweep;
}

Sweep read_sweep_file(const std::string& path, std::span<const std::string> overrides) {
  return parse_sweep(read_text_file(path), path, overrides);
}

}  // namespace headsweep::sweep
