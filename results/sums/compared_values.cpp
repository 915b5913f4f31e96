#include "results/sums/compared_values.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/null_names.h"
#include "results/statistics/statistics.h"
#include "results/sums/summed_values.h"

namespace headsweep::results {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string_view> measured_names() {
  std::vector<std::string_view> names = {kTrainedName};
  for (const NullName& null : kNullNames) {
    if (null.of_trial) names.push_back(null.name);
  }
  return names;
}

// Where the metrics stand among summed_values().
std::vector<std::size_t> places_of(const std::vector<metrics::Metric>& metrics) {
  std::vector<std::size_t> places;
  for (const metrics::Metric metric : metrics) {
    const auto found = std::ranges::find(summed_values(), std::optional(metric), &SummedValue::metric);
    places.push_back(static_cast<std::size_t>(found - summed_values().begin()));
  }
  return places;
}

// The rows of one model at the layout's split, by layer, the whole model left out.
std::vector<const MeasuredRow*> layers_of(std::string_view name, const std::string& split,
                                          const std::vector<MeasuredRow>& rows) {
  std::vector<const MeasuredRow*> layers;
  for (const MeasuredRow& row : rows) {
    if (row.name == name && row.split == split && row.layer >= 0) layers.push_back(&row);
  }
  std::ranges::sort(layers, {}, &MeasuredRow::layer);
  return layers;
}

double value_at(const std::string& wanted, const std::vector<const MeasuredRow*>& layers, std::size_t place) {
  if (wanted == "mean") {
    double sum = 0;
    for (const MeasuredRow* row : layers) sum += row->values[place];
    return sum / static_cast<double>(layers.size());
  }
  if (wanted == "last") return layers.back()->values[place];
  for (const MeasuredRow* row : layers) {
    if (std::to_string(row->layer) == wanted) return row->values[place];
  }
  return kNone;
}

void append_number(std::string& bytes, double number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

}  // namespace

std::string ComparedLayout::text() const {
  std::string text = split + " " + layers;
  for (const metrics::Metric metric : metrics) text += " " + std::string(metrics::metric_info(metric).name);
  return text;
}

ComparedLayout compared_layout(const SweepAnalysis& analysis) {
  return {compared_metrics(analysis), analysis.layers, analysis.split};
}

std::optional<ComparedLayout> stored_compared_layout(SQLite::Database& database) {
  SQLite::Statement statement(database, "SELECT canonical FROM sweeps ORDER BY sweep LIMIT 1");
  if (!statement.executeStep()) return std::nullopt;
  return compared_layout(parse_analysis(statement.getColumn(0).getString()));
}

ComparedValues compare_rows(const ComparedLayout& layout, const std::vector<MeasuredRow>& rows) {
  const std::vector<std::size_t> places = places_of(layout.metrics);
  ComparedValues values{0, kNone, kNone, {}};
  for (const std::string_view name : measured_names()) {
    const std::vector<const MeasuredRow*> layers = layers_of(name, layout.split, rows);
    if (name == kTrainedName && !layers.empty()) {
      values.metrics_version = layers.back()->metrics_version;
      values.accuracy = layers.front()->values[0];
      values.loss = layers.front()->values[1];
    }
    const bool comparable = !layers.empty() && layers.back()->metrics_version == values.metrics_version;
    std::vector<double>& of_model = values.of_models.emplace_back();
    for (const std::size_t place : places)
      of_model.push_back(comparable ? value_at(layout.layers, layers, place) : kNone);
  }
  const auto empty = [](const std::vector<double>& model) {
    return std::ranges::all_of(model, [](double value) { return std::isnan(value); });
  };
  if (std::all_of(values.of_models.begin() + 1, values.of_models.end(), empty)) values.of_models.resize(1);
  return values;
}

std::string encode_compared(const ComparedValues& values) {
  std::string bytes;
  append_number(bytes, values.accuracy);
  append_number(bytes, values.loss);
  for (const std::vector<double>& model : values.of_models) {
    for (const double value : model) append_number(bytes, value);
  }
  return bytes;
}

double compared_number(std::string_view bytes, std::size_t index) {
  double number = kNone;
  if ((index + 1) * sizeof number <= bytes.size())
    std::memcpy(&number, bytes.data() + index * sizeof number, sizeof number);
  return number;
}

}  // namespace headsweep::results
