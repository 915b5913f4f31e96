// The metrics of metrics/metric.h as columns: <name> (mean over sequences; walk times: geometric), <name>_std
// (walk times: of log10), <name>_n (sequences with a value) and, for walk times, <name>_censored (sequences cut).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "metrics/metric.h"
#include "results/table.h"

namespace headsweep::results {

// Raised by one when the formula of a stored metric changes or metrics and nulls are added: rows of different versions
// are not compared, and `headsweep measure --store STORE --missing` brings older ones up to date.
inline constexpr std::int64_t kMetricsVersion = 2;

// kLayer: every metric. kHead: those that have a meaning for one head.
enum class MetricSet : std::uint8_t { kLayer, kHead };

struct MetricColumn {
  std::string name;
  std::string type;  // REAL | INTEGER
};

std::vector<const metrics::MetricInfo*> metrics_of(MetricSet set);
std::vector<MetricColumn> metric_columns(MetricSet set);
std::vector<std::string> metric_column_names(MetricSet set);

// SQL: of the metrics of layers in a row of `table`, the one whose name the expression `metric` yields; NULL for another name.
std::string metric_value_sql(std::string_view metric, std::string_view table);

// Of one sequence: <name>, and for walk times <name>_censored (1: above 10^6 steps or infinite, then <name> is NULL).
std::vector<MetricColumn> sequence_metric_columns();
void append_sequence_cells(const metrics::MetricValues& values, std::vector<Cell>& row);

// Appends one cell for each of metric_columns(set).
void append_metric_cells(const metrics::MetricSummaries& summaries, MetricSet set, std::vector<Cell>& row);

}  // namespace headsweep::results
