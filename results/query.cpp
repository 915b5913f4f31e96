#include "results/query.h"

#include <algorithm>
#include <array>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/nearest_name.h"
#include "errors/user_error.h"
#include "results/cells.h"
#include "results/conditions.h"
#include "results/connection.h"
#include "results/headline.h"
#include "results/setting_columns.h"
#include "results/sql_text.h"
#include "results/statistics/query.h"
#include "results/statistics/statistics.h"
#include "results/summary.h"
#include "results/sums/running_sums.h"

namespace headsweep::results {
namespace {

struct NamedQuery {
  std::string_view name;
  std::string_view source;  // view, or SELECT in parentheses
  std::string_view order;
};
constexpr std::string_view kPairs = "pairs";
constexpr std::string_view kSummary = "summary";
constexpr std::array kQueries = {
    NamedQuery{"trials", "trial_results", "trial"},
    NamedQuery{"layers", "layer_results", "trial, layer, split"},
    NamedQuery{"heads", "head_results", "trial, layer, head, split"},
    NamedQuery{"curve", "curve_results", "trial, step, layer, split"},
    NamedQuery{kSummary, kSummary, "sweep, task, heads, arm, layer, split"},
    NamedQuery{kPairs, kPairs, "trial, layer, split, metric"},
    NamedQuery{"failures", "failures", "attempt"},
    NamedQuery{"workers",
               "(SELECT worker, sweep, run, number, host, pid, device, threads, state, started_at, ended_at,"
               " (SELECT count(*) FROM attempts a WHERE a.worker = w.worker AND a.state = 'done') AS done"
               " FROM workers w)",
               "worker"},
};
constexpr auto kNames = [] {
  std::array<std::string_view, kQueries.size() + kStatisticsQueries.size()> names;
  const auto rest = std::ranges::transform(kQueries, names.begin(), &NamedQuery::name).out;
  std::ranges::copy(kStatisticsQueries, rest);
  return names;
}();

const NamedQuery& find_query(std::string_view name) {
  const auto* const found = std::ranges::find(kQueries, name, &NamedQuery::name);
  if (found == kQueries.end()) {
    const std::vector<std::string> names(kNames.begin(), kNames.end());
    const std::string hint = did_you_mean(name, kNames);
    throw UserError("unknown query '" + std::string(name) + "'" + hint + (hint.empty() ? "; " : " ") +
                    "queries: " + join(names, ", ") + "; every view of the store is reached with --sql");
  }
  return *found;
}

std::vector<std::string> columns_of(const SQLite::Statement& statement) {
  std::vector<std::string> columns;
  for (int i = 0; i < statement.getColumnCount(); ++i) columns.emplace_back(statement.getColumnName(i));
  return columns;
}

SweepAnalysis stored_analysis(SQLite::Database& database) {
  SQLite::Statement statement(database, "SELECT canonical FROM sweeps ORDER BY sweep LIMIT 1");
  return statement.executeStep() ? parse_analysis(statement.getColumn(0).getString()) : SweepAnalysis{};
}

// The view; of `pairs` with what the sweep's axes vary, first.
std::string source_of(SQLite::Database& database, const NamedQuery& query) {
  if (query.name != kPairs) return std::string(query.source);
  std::vector<std::string> axes = stored_analysis(database).axes;
  axes.insert(axes.end(), {"task", "heads"});
  std::vector<std::string> columns;
  for (const ViewColumn& column : arm_columns()) {
    if (std::ranges::find(axes, column.name) != axes.end())
      columns.push_back(column.expression + " AS " + column.name);
  }
  for (const std::string& column : columns_of(SQLite::Statement(database, "SELECT * FROM pairs"))) {
    if (column != "task" && column != "heads") columns.push_back("p." + column);
  }
  return "(SELECT " + join(columns, ", ") + " FROM pairs p JOIN trials t ON t.trial = p.trial)";
}

// SQL: those of [analysis], and those that people look at first.
std::string metrics_of_interest(SQLite::Database& database) {
  std::vector<std::string> names;
  for (const std::string& name : stored_analysis(database).primary) names.push_back(quote_text(name));
  for (const metrics::Metric metric : headline_metrics())
    names.push_back(quote_text(metrics::metric_info(metric).name));
  return "metric IN (" + join(names, ", ") + ")";
}

// A column has values of one type.
void require_comparable(SQLite::Database& database, const std::string& source, const Condition& condition) {
  if (!std::holds_alternative<std::string>(condition.value)) return;
  const std::string column = quote_name(condition.column);
  SQLite::Statement statement(database, "SELECT typeof(" + column + ") = 'text', " + column + " FROM " +
                                            source + " WHERE " + column + " IS NOT NULL LIMIT 1");
  if (!statement.executeStep() || statement.getColumn(0).getInt() != 0) return;
  refuse_text_for_numbers(condition, statement.getColumn(1).getString());
}

Table fetch(SQLite::Statement& statement) {
  Table table{columns_of(statement), {}};
  while (statement.executeStep()) table.rows.push_back(read_row(statement));
  return table;
}

Table select(SQLite::Database& database, const NamedQuery& named, const Query& query,
             std::span<const Condition> conditions) {
  const std::string source = source_of(database, named);
  const std::vector<std::string> all = columns_of(SQLite::Statement(database, "SELECT * FROM " + source));
  for (const Condition& condition : conditions) require_column(condition, named.name, all);
  if (named.name == kSummary && has_running_sums(database)) {
    return summary_rows(database, query.headline ? headline_columns(named.name, all) : all, conditions,
                        query.limit);
  }
  std::vector<std::string> terms;
  for (const Condition& condition : conditions) {
    require_comparable(database, source, condition);
    terms.push_back(quote_name(condition.column) + " IS ?");
  }
  if (query.headline && named.name == kPairs &&
      std::ranges::find(conditions, "metric", &Condition::column) == conditions.end())
    terms.push_back(metrics_of_interest(database));
  std::vector<std::string> columns = query.headline ? headline_columns(named.name, all) : all;
  for (std::string& column : columns) column = quote_name(column);
  std::string sql = "SELECT " + join(columns, ", ") + " FROM " + source;
  if (!terms.empty()) sql += " WHERE " + join(terms, " AND ");
  sql += " ORDER BY " + std::string(named.order);
  if (query.limit > 0) sql += " LIMIT " + std::to_string(query.limit + 1);
  SQLite::Statement statement(database, sql);
  int index = 0;
  for (const Condition& condition : conditions) bind_cell(statement, ++index, condition.value);
  return fetch(statement);
}

Table limited(Table table, std::int64_t limit) {
  table.more = limit > 0 && std::ssize(table.rows) > limit;
  if (table.more) table.rows.resize(static_cast<std::size_t>(limit));
  return table;
}

}  // namespace

std::span<const std::string_view> query_names() {
  return kNames;
}

Table run_query(StoreReader& store, const Query& query) {
  std::vector<Condition> conditions;
  for (const std::string& text : query.where) conditions.push_back(parse_condition(text));
  if (std::ranges::find(kStatisticsQueries, query.name) != kStatisticsQueries.end()) {
    return limited(run_statistics_query(store, query.name, conditions, query.headline, query.limit),
                   query.limit);
  }
  const NamedQuery& named = find_query(query.name);
  try {
    Table table = limited(select(store.database(), named, query, conditions), query.limit);
    return query.headline ? headline(std::move(table), query.name, query.nulls) : table;
  } catch (const SQLite::Exception& error) {
    throw UserError(describe_problem(error, store.path()));
  }
}

}  // namespace headsweep::results
