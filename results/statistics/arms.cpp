#include "results/statistics/arms.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include <nlohmann/json.hpp>

#include "errors/user_error.h"
#include "results/setting_columns.h"

namespace headsweep::results {
namespace {

using nlohmann::json;

Cell cell_of(const json& value) {
  if (value.is_boolean()) return std::int64_t{value.get<bool>()};
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return value.get<std::string>();
  return {};
}

std::string column_of(const std::string& setting) {
  for (const SettingColumn& column : setting_columns()) {
    if (column.setting->name == setting) return column.name;
  }
  return setting;  // of another version of this program
}

std::vector<std::string> columns_of(const json& axes) {
  std::vector<std::string> columns;
  for (const json& axis : axes) columns.push_back(column_of(axis.at("setting").get<std::string>()));
  return columns;
}

double rate(std::int64_t count, std::int64_t of) {
  return of == 0 ? std::numeric_limits<double>::quiet_NaN()
                 : static_cast<double>(count) / static_cast<double>(of);
}

std::vector<std::uint32_t> seeds_of(const json& seeds) {
  if (seeds.is_array()) return seeds.get<std::vector<std::uint32_t>>();
  std::vector<std::uint32_t> counted(seeds.get<std::size_t>());
  std::iota(counted.begin(), counted.end(), 0U);
  return counted;
}

std::optional<ReplicateRule> replicate_of(const json& sweep) {
  const auto found = sweep.find("replicate");
  if (found == sweep.end()) return std::nullopt;
  return ReplicateRule{found->at("metric"), found->at("half_width"), found->at("max_seeds"),
                       seeds_of(sweep.at("seeds"))};
}

SweepAnalysis analysis_of(const json& sweep) {
  const json& stored = sweep.at("analysis");
  SweepAnalysis analysis;
  analysis.primary = stored.value("primary", analysis.primary);
  analysis.split = stored.value("split", analysis.split);
  analysis.layers = stored.value("layers", analysis.layers);
  const json baseline = stored.value("baseline", json::object());
  for (const auto& [setting, value] : baseline.items()) analysis.baseline[setting] = cell_of(value);
  analysis.replicate = replicate_of(sweep);
  analysis.axes = columns_of(sweep.at("axes"));
  analysis.along_heads = {"heads"};
  for (const json& zip : sweep.value("zip", json::array())) {
    const std::vector<std::string> columns = columns_of(zip);
    analysis.axes.insert(analysis.axes.end(), columns.begin(), columns.end());
    if (std::ranges::find(columns, "heads") != columns.end()) analysis.along_heads = columns;
  }
  return analysis;
}

}  // namespace

SweepAnalysis parse_analysis(const std::string& canonical) {
  try {
    return analysis_of(json::parse(canonical));
  } catch (const json::exception&) {
    throw UserError("the store's frozen sweep is damaged; headsweep verify says what else is");
  }
}

double Arm::failure_rate() const {
  return rate(failed, done + failed);
}

double Arm::divergence_rate() const {
  return rate(diverged, done + failed);
}

}  // namespace headsweep::results
