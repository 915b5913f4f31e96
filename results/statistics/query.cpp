#include "results/statistics/query.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "errors/nearest_name.h"
#include "errors/user_error.h"
#include "results/statistics/statistics.h"
#include "results/statistics/tables.h"

namespace headsweep::results {
namespace {

// What a condition on that column asks for, as text.
std::optional<std::string> asked(std::span<const Condition> conditions, std::string_view column) {
  const auto found = std::ranges::find(conditions, column, &Condition::column);
  if (found == conditions.end()) return std::nullopt;
  return found->text.substr(column.size() + 1);
}

metrics::Metric metric_named(const std::string& name) {
  const auto metric = metrics::find_metric(name);
  if (metric && metrics::metric_info(*metric).scope != metrics::Scope::kHead) return *metric;
  std::vector<std::string_view> names;
  for (const metrics::MetricInfo& info : metrics::all_metrics()) {
    if (info.scope != metrics::Scope::kHead) names.push_back(info.name);
  }
  throw UserError("--where metric=" + name + ": no metric of layers has that name" +
                  did_you_mean(name, names));
}

std::string one_of(const std::string& column, const std::string& value, const std::string& first,
                   const std::string& second) {
  if (value == first || value == second) return value;
  throw UserError("--where " + column + "=" + value + ": " + column + " is " + first + " or " + second);
}

StatisticsRequest request_of(std::string_view name, std::span<const Condition> conditions) {
  StatisticsRequest request;
  request.with_nulls = name == "nulls";
  if (const auto metric = asked(conditions, "metric")) request.metrics = {metric_named(*metric)};
  if (const auto layer = asked(conditions, "layer")) request.layers = {*layer};
  if (const auto split = asked(conditions, "split"))
    request.split = one_of("split", *split, "train", "heldout");
  if (const auto at = asked(conditions, "at")) {
    if (one_of("at", *at, "steps", "accuracy") == "accuracy") request.at = ComparedAt::kAccuracy;
  }
  return request;
}

StatisticsPart part_of(std::string_view name) {
  if (name == "differences") return StatisticsPart::kDifferences;
  return name == "trend" ? StatisticsPart::kTrends : StatisticsPart::kNulls;
}

// Whether rows are chosen after they are computed.
bool chooses_rows(std::span<const Condition> conditions) {
  constexpr std::array kOfTheRequest = {"metric", "layer", "split", "at"};
  return std::ranges::any_of(conditions, [&](const Condition& condition) {
    return std::ranges::find(kOfTheRequest, condition.column) == kOfTheRequest.end();
  });
}

Table table_of(std::string_view name, const Statistics& statistics) {
  if (name == "differences") return differences_table(statistics);
  if (name == "trend") return trends_table(statistics);
  return nulls_table(statistics);
}

bool is_empty(const Table& table, std::size_t column) {
  return std::ranges::all_of(table.rows, [&](const std::vector<Cell>& row) {
    return std::holds_alternative<std::monostate>(row[column]);
  });
}

// Hashes, and what one can compute from the other columns or look up in the baseline's own rows.
bool is_for_programs(std::string_view column) {
  constexpr std::array<std::string_view, 7> kOthers = {"arm", "difference_sd", "slope_sd",  "split",
                                                       "at",  "ratio_low",     "ratio_high"};
  return column.starts_with("baseline") || std::ranges::find(kOthers, column) != kOthers.end();
}

// Without those, and without columns that have no value.
Table for_people(const Table& wide) {
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < wide.columns.size(); ++i) {
    if (!is_for_programs(wide.columns[i]) && !is_empty(wide, i)) kept.push_back(i);
  }
  Table narrow;
  for (const std::size_t i : kept) narrow.columns.push_back(wide.columns[i]);
  for (const std::vector<Cell>& row : wide.rows) {
    std::vector<Cell>& cells = narrow.rows.emplace_back();
    for (const std::size_t i : kept) cells.push_back(row[i]);
  }
  return narrow;
}

}  // namespace

Table run_statistics_query(StoreReader& store, std::string_view name, std::span<const Condition> conditions,
                           bool headline, std::int64_t limit) {
  StatisticsRequest request = request_of(name, conditions);
  request.only = part_of(name);
  if (limit > 0 && !chooses_rows(conditions)) request.most = static_cast<std::size_t>(limit) + 1;
  if (headline && request.layers.empty()) request.layers = {read_analysis(store).layers};
  const Table table = filtered(table_of(name, read_statistics(store, request)), name, conditions);
  return headline ? for_people(table) : table;
}

}  // namespace headsweep::results
