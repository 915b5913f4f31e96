#include "results/paper_tables.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "errors/user_error.h"
#include "results/statistics/statistics.h"

namespace headsweep::results {
namespace {

using metrics::Metric;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::string heads_text(std::int64_t heads) {
  return std::to_string(heads) + (heads == 1 ? " head" : " heads");
}

// "copy, heads 4, rho 0.5": what follows the head count.
std::string model_of(const Arm& arm) {
  const std::string known = arm.task + ", heads " + std::to_string(arm.heads);
  return heads_text(arm.heads) + arm.label.substr(known.size());
}

bool is_fraction(Metric metric) {
  return metrics::metric_info(metric).unit == "fraction";
}

std::string title_of(const PaperValue& value) {
  const std::string name(metrics::metric_info(value.metric).name);
  const std::string unit = is_fraction(value.metric) ? "percent" : "steps, capped at 100";
  return value.task + ": " + name + " (" + unit + "), mean ± standard deviation over " +
         std::string(value.over);
}

std::string cell_text(const PaperValue& value) {
  const double scale = is_fraction(value.metric) ? 100 : 1;
  if (std::isnan(value.mean)) return "-";
  const std::string mean = readable_number(scale * value.mean);
  return std::isnan(value.sd) ? mean : mean + " ± " + readable_number(scale * value.sd);
}

// The values of one task, quantity and kind of spread.
Table table_of(const std::vector<const PaperValue*>& values) {
  std::set<std::int64_t> layers;
  for (const PaperValue* value : values) layers.insert(value->layer);
  Table table{{"model", "n"}, {}};
  for (const std::int64_t layer : layers) table.columns.push_back("layer " + std::to_string(layer));
  std::vector<std::string> models;
  for (const PaperValue* value : values) {
    auto row = std::ranges::find(models, value->model) - models.begin();
    if (row == std::ssize(models)) {
      models.push_back(value->model);
      table.rows.emplace_back(table.columns.size()) = {value->model, value->n};
      table.rows.back().resize(table.columns.size());
    }
    const auto column = static_cast<std::size_t>(std::distance(layers.begin(), layers.find(value->layer)));
    table.rows[static_cast<std::size_t>(row)][2 + column] = cell_text(*value);
  }
  return table;
}

double number_or_none(const nlohmann::json& number) {
  return number.is_number() ? number.get<double>() : kNone;
}

}  // namespace

std::vector<PaperValue> paper_values(StoreReader& store) {
  StatisticsRequest request;
  request.metrics.assign(kPaperMetrics.begin(), kPaperMetrics.end());
  request.with_nulls = false;
  const Statistics statistics = read_statistics(store, request);
  std::vector<PaperValue> values;
  for (const ArmValue& value : statistics.values) {
    if (value.place.layer.find_first_not_of("0123456789") != std::string::npos) continue;
    const Arm& arm = statistics.arms[value.arm];
    values.push_back({arm.task, model_of(arm), arm.heads, std::stoll(value.place.layer), value.place.metric,
                      value.estimate.mean, value.estimate.sd, value.estimate.n, kOverSeeds});
  }
  if (values.empty()) throw UserError(store.path().string() + " holds no results yet: run its sweep first");
  return values;
}

std::vector<PaperValue> paper_values(const std::string& measured) {
  const nlohmann::json model = nlohmann::json::parse(measured);
  const auto heads = model.at("heads").get<std::int64_t>();
  std::vector<PaperValue> values;
  for (const nlohmann::json& layer : model.at("layers")) {
    for (const Metric metric : kPaperMetrics) {
      const nlohmann::json& of = layer.at("metrics").at(std::string(metrics::metric_info(metric).name));
      values.push_back({model.at("task"), heads_text(heads), heads, layer.at("layer"), metric,
                        number_or_none(of.at("mean")), number_or_none(of.at("std")),
                        std::ssize(of.at("per_sequence")), kOverSequences});
    }
  }
  return values;
}

std::string render_paper_tables(const std::vector<PaperValue>& values, Format format) {
  std::vector<PaperValue> ordered = values;
  std::ranges::stable_sort(ordered, {}, &PaperValue::heads);
  std::vector<std::string> titles;
  std::map<std::string, std::vector<const PaperValue*>> of_title;
  std::set<std::string> tasks;
  for (const PaperValue& value : ordered) tasks.insert(value.task);
  for (const std::string& task : tasks) {
    for (const Metric metric : kPaperMetrics) {
      for (const PaperValue& value : ordered) {
        if (value.task != task || value.metric != metric) continue;
        std::vector<const PaperValue*>& group = of_title[title_of(value)];
        if (group.empty()) titles.push_back(title_of(value));
        group.push_back(&value);
      }
    }
  }
  std::string text;
  for (const std::string& title : titles) {
    text += (text.empty() ? "" : "\n") + title + "\n" + (format == Format::kMarkdown ? "\n" : "") +
            render(table_of(of_title.at(title)), format);
  }
  return text;
}

}  // namespace headsweep::results
