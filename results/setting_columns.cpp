#include "results/setting_columns.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace headsweep::results {
namespace {

// Names and order that people's queries rely on.
struct ContractColumn {
  std::string_view name;
  std::string_view expression = {};  // SQL; empty: the column of that name in table `t`
};
constexpr std::array kContractColumns = {
    ContractColumn{"task"},
    ContractColumn{"heads"},
    ContractColumn{"head_width"},
    ContractColumn{"width"},
    ContractColumn{"layers"},
    ContractColumn{"mlp_width", "CASE WHEN t.wider_mlps = 0 THEN t.mlp_width END"},  // NULL: layers differ
    ContractColumn{"mlp_widths"},
    ContractColumn{"length"},
    ContractColumn{"vocabulary"},
    ContractColumn{"parameters"},
    ContractColumn{"parameter_mismatch"},
    ContractColumn{"init_similarity"},
    ContractColumn{"init_similarity_value"},
    ContractColumn{"penalty"},
    ContractColumn{"penalty_weight"},
    ContractColumn{"graph"},
    ContractColumn{"graph_shared"},
    ContractColumn{"learning_rate"},
    ContractColumn{"batch"},
    ContractColumn{"dropout"},
    ContractColumn{"samples"},
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
  std::vector<ViewColumn> columns;
  for (const auto& [name, expression] : kContractColumns) {
    columns.push_back(
        {std::string(name), expression.empty() ? "t." + std::string(name) : std::string(expression)});
  }
  for (const SettingColumn& column : setting_columns()) {
    const bool listed = std::ranges::find(columns, column.name, &ViewColumn::name) != columns.end();
    if (!listed) columns.push_back({column.name, "t." + column.name});
  }
  return columns;
}

}  // namespace headsweep::results
