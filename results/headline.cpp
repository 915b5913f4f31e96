#include "results/headline.h"

#include <algorithm>
#include <optional>
#include <set>

#include "metrics/metric.h"
#include "results/null_names.h"
#include "results/null_rows.h"
#include "results/render.h"
#include "results/setting_columns.h"
#include "results/statistics/statistics.h"

namespace headsweep::results {
namespace {

std::set<std::string> shown_columns(std::string_view query) {
  std::set<std::string> columns = {"trial", "task", "heads", "seed", "layer", "head", "split", "accuracy"};
  if (query == "trials") {
    columns.merge(std::set<std::string>{"state", "parameters", "loss", "steps", "attempts", "train_seconds"});
  } else if (query == "summary") {
    columns.merge(std::set<std::string>{"seeds", "failure_rate", "divergence_rate"});
  } else if (query == "curve") {
    columns.merge(std::set<std::string>{"step", "loss"});
  } else if (query == "failures") {
    columns.merge(std::set<std::string>{"attempt", "state", "reason", "message", "host", "ended_at"});
  } else if (query == "pairs") {
    columns.merge(std::set<std::string>{"metric", "difference", "broken_reason"});
  }
  for (const metrics::Metric metric : headline_metrics()) columns.emplace(metrics::metric_info(metric).name);
  return columns;
}

// Seeds, not arms, differ in the MLPs' widths where the layers have the same width.
bool describes_arm(const std::string& name) {
  const std::vector<ViewColumn> arm = arm_columns();
  return name != "mlp_widths" && std::ranges::find(arm, name, &ViewColumn::name) != arm.end();
}

// What stands beside a metric in `summary` and is shown in its column: ends of the interval, nulls.
std::set<std::string> columns_beside_metrics() {
  std::set<std::string> columns = {"accuracy_low", "accuracy_high"};
  for (const metrics::Metric metric : headline_metrics()) {
    const std::string name(metrics::metric_info(metric).name);
    columns.merge(std::set<std::string>{name + "_low", name + "_high"});
    for (const NullName& null : kNullNames) columns.insert(name + "_" + std::string(null.name));
  }
  return columns;
}

bool varies(const Table& table, std::size_t column) {
  return std::ranges::any_of(table.rows,
                             [&](const auto& row) { return row[column] != table.rows.front()[column]; });
}

std::vector<std::size_t> kept_columns(const Table& table, std::string_view query) {
  const std::set<std::string> shown = shown_columns(query);
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (shown.contains(table.columns[i]) || (describes_arm(table.columns[i]) && varies(table, i)))
      kept.push_back(i);
  }
  return kept;
}

Table narrowed(const Table& wide, const std::vector<std::size_t>& kept) {
  Table narrow;
  narrow.more = wide.more;
  for (const std::size_t i : kept) narrow.columns.push_back(wide.columns[i]);
  for (const std::vector<Cell>& row : wide.rows) {
    std::vector<Cell>& cells = narrow.rows.emplace_back();
    for (const std::size_t i : kept) cells.push_back(row[i]);
  }
  return narrow;
}

std::optional<std::size_t> find_column(const Table& table, const std::string& name) {
  const auto found = std::ranges::find(table.columns, name);
  if (found == table.columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - table.columns.begin());
}

// "mean [low, high]" in the columns of `narrow` that have an interval in the equal rows of `wide`.
void show_intervals(Table& narrow, const Table& wide) {
  for (std::size_t column = 0; column < narrow.columns.size(); ++column) {
    const auto low = find_column(wide, narrow.columns[column] + "_low");
    const auto high = find_column(wide, narrow.columns[column] + "_high");
    if (!low || !high) continue;
    for (std::size_t row = 0; row < narrow.rows.size(); ++row) {
      Cell& cell = narrow.rows[row][column];
      const auto* const from = std::get_if<double>(&wide.rows[row][*low]);
      const auto* const to = std::get_if<double>(&wide.rows[row][*high]);
      const auto* const mean = std::get_if<double>(&cell);
      if (!from || !to || !mean) continue;
      cell = readable_number(*mean) + " [" + readable_number(*from) + ", " + readable_number(*to) + "]";
    }
  }
}

}  // namespace

std::vector<std::string> headline_columns(std::string_view query, const std::vector<std::string>& all) {
  if (query == "workers") return all;
  const std::set<std::string> shown = shown_columns(query);
  const std::set<std::string> beside =
      query == "summary" ? columns_beside_metrics() : std::set<std::string>{};
  std::vector<std::string> columns;
  std::ranges::copy_if(all, std::back_inserter(columns), [&](const std::string& name) {
    return shown.contains(name) || beside.contains(name) || describes_arm(name);
  });
  return columns;
}

Table headline(Table table, std::string_view query, bool nulls) {
  if (query == "workers") return table;
  Table narrow = narrowed(table, kept_columns(table, query));
  if (query == "summary") show_intervals(narrow, table);
  return query == "summary" && nulls ? with_null_rows(narrow, table) : narrow;
}

}  // namespace headsweep::results
