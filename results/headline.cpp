#include "results/headline.h"

#include <algorithm>
#include <set>
#include <string>

#include "metrics/metric.h"
#include "results/null_rows.h"
#include "results/setting_columns.h"
#include "results/statistics/statistics.h"

namespace headsweep::results {
namespace {

std::set<std::string> headline_columns(std::string_view query) {
  std::set<std::string> columns = {"trial", "task", "heads", "seed", "layer", "head", "split", "accuracy"};
  if (query == "trials") {
    columns.merge(std::set<std::string>{"state", "parameters", "loss", "steps", "attempts", "train_seconds"});
  } else if (query == "summary") {
    columns.merge(std::set<std::string>{"seeds", "failed"});
  } else if (query == "curve") {
    columns.merge(std::set<std::string>{"step", "loss"});
  } else if (query == "failures") {
    columns.merge(std::set<std::string>{"attempt", "state", "reason", "message", "host", "ended_at"});
  }
  for (const metrics::Metric metric : headline_metrics()) columns.emplace(metrics::metric_info(metric).name);
  return columns;
}

bool varies(const Table& table, std::size_t column) {
  return std::ranges::any_of(table.rows,
                             [&](const auto& row) { return row[column] != table.rows.front()[column]; });
}

std::vector<std::size_t> kept_columns(const Table& table, std::string_view query) {
  const std::set<std::string> wanted = headline_columns(query);
  const std::vector<ViewColumn> arm = arm_columns();
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const std::string& name = table.columns[i];
    // Seeds, not arms, differ in it where the layers have the same width.
    const bool of_arm = std::ranges::find(arm, name, &ViewColumn::name) != arm.end() && name != "mlp_widths";
    if (wanted.contains(name) || (of_arm && varies(table, i))) kept.push_back(i);
  }
  return kept;
}

Table narrowed(const Table& wide, const std::vector<std::size_t>& kept) {
  Table narrow;
  for (const std::size_t i : kept) narrow.columns.push_back(wide.columns[i]);
  for (const std::vector<Cell>& row : wide.rows) {
    std::vector<Cell>& cells = narrow.rows.emplace_back();
    for (const std::size_t i : kept) cells.push_back(row[i]);
  }
  return narrow;
}

}  // namespace

Table headline(Table table, std::string_view query, bool nulls) {
  if (query == "pairs" || query == "workers") return table;
  const Table narrow = narrowed(table, kept_columns(table, query));
  return query == "summary" && nulls ? with_null_rows(narrow, table) : narrow;
}

}  // namespace headsweep::results
