#include "results/setting_columns.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace headsweep::results {
namespace {

// Names and order that people's queries rely on. A column whose setting does not exist has the value that makes it
// mean nothing: heads that start unlike each other, no penalty, no mask but the causal one.
struct ContractColumn {
  std::string_view name;
  std::string_view neutral;  // SQL, where no setting of that name exists
};
constexpr std::array kContractColumns = {
    ContractColumn{"task", ""},
    ContractColumn{"heads", ""},
    ContractColumn{"head_width", ""},
    ContractColumn{"width", ""},
    ContractColumn{"layers", ""},
    ContractColumn{"mlp_width", ""},
    ContractColumn{"mlp_widths", "t.mlp_widths"},
    ContractColumn{"length", ""},
    ContractColumn{"vocabulary", ""},
    ContractColumn{"parameters", "t.parameters"},
    ContractColumn{"parameter_mismatch", "t.parameter_mismatch"},
    ContractColumn{"init_similarity", "0.0"},
    ContractColumn{"init_similarity_value", "0.0"},
    ContractColumn{"penalty", "'none'"},
    ContractColumn{"penalty_weight", "0.0"},
    ContractColumn{"graph", "'full'"},
    ContractColumn{"graph_shared", "0"},
    ContractColumn{"learning_rate", ""},
    ContractColumn{"batch", ""},
    ContractColumn{"dropout", ""},
    ContractColumn{"samples", ""},
};

std::string column_name(std::string_view setting) {
  const std::size_t dot = setting.find('.');
  const std::string table(setting.substr(0, dot));
  const std::string key(setting.substr(dot + 1));
  if (table == "measure") return "measure_" + key;
  // `steps` is what was trained, a result.
  return setting == "training.steps" ? "planned_steps" : key;
}

std::string column_type(const trial::SettingInfo& setting) {
  const trial::Value value = setting.get(trial::Settings{});
  if (std::holds_alternative<bool>(value)) return "INTEGER";
  switch (setting.type) {
    case trial::Type::kInteger:
      return "INTEGER";
    case trial::Type::kReal:
      return "REAL";
    default:
      return "TEXT";
  }
}

}  // namespace

std::vector<SettingColumn> setting_columns() {
  std::vector<SettingColumn> columns;
  for (const trial::SettingInfo& setting : trial::all_settings()) {
    columns.push_back({&setting, column_name(setting.name), column_type(setting)});
  }
  return columns;
}

Cell setting_cell(const SettingColumn& column, const trial::Settings& settings) {
  if (column.setting->name == "model.head_width") return settings.model.columns_per_head();
  const trial::Value value = column.setting->get(settings);
  if (const auto* truth = std::get_if<bool>(&value)) return std::int64_t{*truth};
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return {};
}

std::vector<ViewColumn> arm_columns() {
  const std::vector<SettingColumn> settings = setting_columns();
  std::vector<ViewColumn> columns;
  for (const ContractColumn& contract : kContractColumns) {
    const bool exists = std::ranges::find(settings, contract.name, &SettingColumn::name) != settings.end();
    const std::string name(contract.name);
    columns.push_back({name, exists ? "t." + name : std::string(contract.neutral)});
  }
  for (const SettingColumn& column : settings) {
    const bool listed = std::ranges::find(columns, column.name, &ViewColumn::name) != columns.end();
    if (!listed) columns.push_back({column.name, "t." + column.name});
  }
  return columns;
}

}  // namespace headsweep::results
