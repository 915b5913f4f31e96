#include <algorithm>

#include <nlohmann/json.hpp>

#include "sweep/plan.h"
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
    const bool is_axis = std::ranges::find(sweep.axes, setting.name, &Axis::setting) != sweep.axes.end();
    if (!is_axis && value != setting.get(trial::Settings{})) base[std::string(setting.name)] = to_json(value);
  }
  return base;
}

// A list, because the order of the axes numbers the trials.
json axes_json(const Sweep& sweep) {
  json axes = json::array();
  for (const Axis& axis : sweep.axes) {
    json values = json::array();
    for (const trial::Value& value : axis.values) values.push_back(to_json(value));
    axes.push_back({{"setting", axis.setting}, {"values", std::move(values)}});
  }
  return axes;
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

}  // namespace

std::string canonical_sweep(const Sweep& sweep) {
  const json canonical = {{"analysis", analysis_json(sweep.analysis)},
                          {"axes", axes_json(sweep)},
                          {"base", base_json(sweep)},
                          {"seeds", seeds_json(sweep.seeds)}};
  return canonical.dump();
}

std::string plan_hash(const Sweep& sweep) {
  return trial::sha256_hex(canonical_sweep(sweep));
}

}  // namespace headsweep::sweep
