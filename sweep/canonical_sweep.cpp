#include <algorithm>

#include <nlohmann/json.hpp>

#include "sweep/budget.h"
#include "sweep/plan.h"
#include "sweep/read_axes.h"
#include "trial/sha256.h"

namespace headsweep::sweep {
namespace {

using nlohmann::json;  // objects are sorted by key

json to_json(const trial::Value& value) {
  struct Converter {
    json operator()(std::monostate) const { return nullptr; }
    json operator()(bool flag) const { return flag; }
    json operator()(std::int64_t integer) const { return integer; }
    json operator()(double real) const { return real; }
    json operator()(const std::string& text) const { return text; }
  };
  return std::visit(Converter{}, value);
}

// The settings that no axis replaces and that are not the default.
json base_json(const Sweep& sweep) {
  json base = json::object();
  for (const trial::SettingInfo& setting : trial::all_settings()) {
    const trial::Value value = setting.get(sweep.base);
    if (!find_axis(sweep, setting.name) && value != setting.get(trial::Settings{}))
      base[std::string(setting.name)] = to_json(value);
  }
  return base;
}

// Its values, so that a list and the range of the same values are the same plan; only of what no plan can have, the
// ends and the length.
json values_json(const AxisValues& values) {
  if (values.size() > static_cast<std::size_t>(kDefaultMaxTrials)) {
    return {
        {"from", to_json(values[0])}, {"to", to_json(values[values.size() - 1])}, {"count", values.size()}};
  }
  json list = json::array();
  for (const trial::Value& value : values) list.push_back(to_json(value));
  return list;
}

// A list, because the order of the axes numbers the trials.
json axes_json(const std::vector<Axis>& axes) {
  json list = json::array();
  for (const Axis& axis : axes)
    list.push_back({{"setting", axis.setting}, {"values", values_json(axis.values)}});
  return list;
}

json zips_json(const std::vector<Zip>& zips) {
  json list = json::array();
  for (const Zip& zip : zips) list.push_back(axes_json(zip));
  return list;
}

json exclusions_json(const std::vector<Exclusion>& exclusions) {
  json list = json::array();
  for (const Exclusion& exclusion : exclusions) {
    json& terms = list.emplace_back(json::object());
    for (const auto& [setting, values] : exclusion.terms) {
      for (const trial::Value& value : values) terms[setting].push_back(to_json(value));
    }
  }
  return list;
}

// The base model's own count is named where an axis can change the count: there the base values that axes replace,
// and that are left out above, still decide what is trained.
json budget_json(const Sweep& sweep) {
  const Budget& budget = sweep.budget;
  json result = json::object();
  const auto varies = [&](const trial::SettingInfo& setting) {
    return find_axis(sweep, setting.name) && changes_parameters(sweep, setting.name);
  };
  if (budget.parameters || std::ranges::any_of(trial::all_settings(), varies)) {
    result["parameters"] = target_parameters(sweep);
  }
  if (budget.solve_for != Budget{}.solve_for) result["solve_for"] = budget.solve_for;
  if (budget.tolerance != Budget{}.tolerance) result["tolerance"] = budget.tolerance;
  return result;
}

// A count where the seeds are 0, 1, .., as people write them.
json seeds_json(const std::vector<std::uint32_t>& seeds) {
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    if (seeds[i] != i) return seeds;
  }
  return seeds.size();
}

// Without defaults, so that a later option leaves the hashes of older sweeps alone.
json analysis_json(const Analysis& analysis) {
  json result = json::object();
  if (!analysis.primary.empty()) result["primary"] = analysis.primary;
  if (analysis.split != Analysis{}.split) result["split"] = analysis.split;
  if (analysis.layers != Analysis{}.layers) result["layers"] = analysis.layers;
  for (const auto& [setting, value] : analysis.baseline) result["baseline"][setting] = to_json(value);
  return result;
}

json replicate_json(const std::optional<Replicate>& replicate) {
  if (!replicate) return json::object();
  return {{"metric", replicate->metric},
          {"half_width", replicate->half_width},
          {"max_seeds", replicate->max_seeds}};
}

}  // namespace

std::string canonical_sweep(const Sweep& sweep) {
  json canonical = {{"analysis", analysis_json(sweep.analysis)},
                    {"axes", axes_json(sweep.axes)},
                    {"base", base_json(sweep)},
                    {"seeds", seeds_json(sweep.seeds)}};
  const auto add = [&](const char* key, json value) {
    if (!value.empty()) canonical[key] = std::move(value);
  };
  add("budget", budget_json(sweep));
  add("exclude", exclusions_json(sweep.exclusions));
  add("replicate", replicate_json(sweep.replicate));
  add("zip", zips_json(sweep.zips));
  return canonical.dump();
}

std::string plan_hash(const Sweep& sweep) {
  return trial::sha256_hex(canonical_sweep(sweep));
}

}  // namespace headsweep::sweep
