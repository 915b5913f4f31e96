#include "results/metric_columns.h"

#include <cmath>

#include "results/cells.h"
#include "results/sql_text.h"

namespace headsweep::results {
namespace {

bool belongs_to(const metrics::MetricInfo& info, MetricSet set) {
  return set == MetricSet::kLayer || info.scope != metrics::Scope::kLayer;
}

}  // namespace

std::vector<const metrics::MetricInfo*> metrics_of(MetricSet set) {
  std::vector<const metrics::MetricInfo*> infos;
  for (const metrics::MetricInfo& info : metrics::all_metrics()) {
    if (belongs_to(info, set)) infos.push_back(&info);
  }
  return infos;
}

std::vector<MetricColumn> metric_columns(MetricSet set) {
  std::vector<MetricColumn> columns;
  for (const metrics::MetricInfo* info : metrics_of(set)) {
    const std::string name(info->name);
    columns.push_back({name, "REAL"});
    columns.push_back({name + "_std", "REAL"});
    columns.push_back({name + "_n", "INTEGER"});
    if (info->scale == metrics::Scale::kWalkTime) columns.push_back({name + "_censored", "INTEGER"});
  }
  return columns;
}

std::string metric_value_sql(std::string_view metric, std::string_view table) {
  std::string sql = "CASE " + std::string(metric);
  for (const metrics::MetricInfo* info : metrics_of(MetricSet::kLayer))
    sql.append(" WHEN " + quote_text(info->name) + " THEN ").append(table).append(".").append(info->name);
  return sql + " END";
}

std::vector<std::string> metric_column_names(MetricSet set) {
  std::vector<std::string> names;
  for (MetricColumn& column : metric_columns(set)) names.push_back(std::move(column.name));
  return names;
}

void append_metric_cells(const metrics::MetricSummaries& summaries, MetricSet set, std::vector<Cell>& row) {
  for (const metrics::MetricInfo& info : metrics::all_metrics()) {
    if (!belongs_to(info, set)) continue;
    const metrics::MetricSummary& summary = summaries[static_cast<std::size_t>(info.metric)];
    row.push_back(real_cell(summary.mean));
    row.push_back(real_cell(summary.std));
    row.emplace_back(summary.n);
    if (info.scale == metrics::Scale::kWalkTime) row.emplace_back(summary.censored);
  }
}

std::vector<MetricColumn> sequence_metric_columns() {
  std::vector<MetricColumn> columns;
  for (const metrics::MetricInfo& info : metrics::all_metrics()) {
    const std::string name(info.name);
    columns.push_back({name, "REAL"});
    if (info.scale == metrics::Scale::kWalkTime) columns.push_back({name + "_censored", "INTEGER"});
  }
  return columns;
}

void append_sequence_cells(const metrics::MetricValues& values, std::vector<Cell>& row) {
  for (const metrics::MetricInfo& info : metrics::all_metrics()) {
    const double value = values[info.metric];
    const bool walk_time = info.scale == metrics::Scale::kWalkTime;
    const bool censored = walk_time && value > metrics::kWalkTimeCap;
    row.push_back(censored || std::isinf(value) ? Cell() : real_cell(value));
    if (walk_time) row.push_back(std::isnan(value) ? Cell() : Cell(std::int64_t{censored}));
  }
}

}  // namespace headsweep::results
