#include "sweep/read_analysis.h"

#include <algorithm>

#include "errors/nearest_name.h"
#include "metrics/metric.h"
#include "sweep/read_axes.h"
#include "sweep/read_value.h"
#include "sweep/refuse.h"

namespace headsweep::sweep {

std::string read_layer_metric(const Element& element, const std::string& key, std::string_view allowed) {
  std::string name = read_text(element, key, allowed);
  const auto metric = metrics::find_metric(name);
  if (!metric) {
    std::vector<std::string_view> names;
    for (const metrics::MetricInfo& info : metrics::all_metrics()) names.push_back(info.name);
    refuse(element.place, key + ": unknown metric '" + name + "'" + did_you_mean(name, names));
  }
  if (metrics::metric_info(*metric).scope == metrics::Scope::kHead) {
    refuse(element.place, key + ": '" + name + "' is a metric of single heads, not of layers");
  }
  return name;
}

namespace {

std::vector<std::string> read_primary(const Entry& entry) {
  std::vector<std::string> primary;
  for (const Element& element : list(entry, "analysis.primary", R"(["fidelity_min_inner"])")) {
    std::string name = read_layer_metric(element, "analysis.primary", "a list of metric names");
    if (std::ranges::find(primary, name) != primary.end()) {
      refuse(element.place, "analysis.primary has '" + name + "' twice; each metric may stand once");
    }
    primary.push_back(std::move(name));
  }
  return primary;
}

std::string read_split(const Entry& entry) {
  constexpr std::string_view kAllowed = R"("train" or "heldout")";
  const Element& element = single(entry, "analysis.split", kAllowed);
  std::string split = read_text(element, "analysis.split", kAllowed);
  if (split != "train" && split != "heldout") refuse_value(element, "analysis.split", kAllowed);
  return split;
}

// The smallest number of layers of any trial.
std::int64_t fewest_layers(const Sweep& sweep) {
  if (sweep.budget.solve_for == "layers") return 1;
  const Axis* const axis = find_axis(sweep, "model.layers");
  if (!axis) return sweep.base.model.layers;
  return std::get<std::int64_t>(std::ranges::min(axis->values));
}

std::string read_layers(const Entry& entry, const Sweep& sweep) {
  const std::string allowed =
      R"("mean", "last" or a layer from 0 to )" + std::to_string(fewest_layers(sweep) - 1);
  const Element& element = single(entry, "analysis.layers", allowed);
  if (const auto* const layer = std::get_if<std::int64_t>(&element.value)) {
    if (*layer < 0 || *layer >= fewest_layers(sweep)) refuse_value(element, "analysis.layers", allowed);
    return std::to_string(*layer);
  }
  std::string layers = read_text(element, "analysis.layers", allowed);
  if (layers != "mean" && layers != "last") refuse_value(element, "analysis.layers", allowed);
  return layers;
}

std::map<std::string, trial::Value> read_baseline(const Table& table, const Sweep& sweep) {
  std::map<std::string, trial::Value> baseline;
  for (const Entry& entry : table.entries) {
    const trial::SettingInfo& setting = named_setting(entry, "analysis.baseline");
    const std::string name = "analysis.baseline." + entry.key;
    const Axis* const axis = find_axis(sweep, entry.key);
    if (!axis) refuse(entry.place, name + " is not an axis of this sweep; a baseline is a value of an axis");
    trial::Value value = read_value(single(entry, name, "one value of the axis"), name, setting);
    if (!axis->values.contains(value)) {
      refuse(entry.place, name + " must be a value of the axis " + values_text(axis->values) + ", not " +
                              trial::to_text(value));
    }
    if (!baseline.emplace(entry.key, std::move(value)).second) refuse(entry.place, name + " is there twice");
  }
  return baseline;
}

// In a [[zip]] the baseline is a row: its settings cannot be replaced one by one.
void require_one_row(const Table& table, const Sweep& sweep,
                     const std::map<std::string, trial::Value>& baseline) {
  for (const Zip& zip : sweep.zips) {
    const auto is_named = [&](const Axis& axis) { return baseline.contains(axis.setting); };
    if (std::ranges::none_of(zip, is_named)) continue;
    const std::size_t rows = rows_with(zip, baseline).size();
    if (rows == 1) continue;
    refuse(table.place, "analysis.baseline must be one row of the [[zip]] of " + zip.front().setting +
                            ", not " + (rows == 0 ? "none" : std::to_string(rows)) +
                            "; name values of its settings that stand together in one row only");
  }
}

}  // namespace

Analysis read_analysis(const Document& document, const Sweep& sweep) {
  Analysis analysis;
  if (const Entry* const entry = find_entry(document, "analysis", "primary")) {
    analysis.primary = read_primary(*entry);
  }
  if (const Entry* const entry = find_entry(document, "analysis", "split"))
    analysis.split = read_split(*entry);
  if (const Entry* const entry = find_entry(document, "analysis", "layers")) {
    analysis.layers = read_layers(*entry, sweep);
  }
  if (const Entry* const entry = find_entry(document, "analysis", "baseline")) {
    refuse(entry->place,
           R"(analysis.baseline must be a table such as { "model.heads" = 1 }, not )" + describe(*entry));
  }
  analysis.baseline = read_baseline(document.baseline, sweep);
  require_one_row(document.baseline, sweep, analysis.baseline);
  return analysis;
}

}  // namespace headsweep::sweep
