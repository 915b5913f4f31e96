#include "results/query.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/nearest_name.h"
#include "errors/user_error.h"
#include "results/cells.h"
#include "results/connection.h"
#include "results/headline.h"
#include "results/sql_text.h"

namespace headsweep::results {
namespace {

struct NamedQuery {
  std::string_view name;
  std::string_view source;  // view, or SELECT in parentheses
  std::string_view order;
};
constexpr std::array kQueries = {
    NamedQuery{"trials", "trial_results", "trial"},
    NamedQuery{"layers", "layer_results", "trial, layer, split"},
    NamedQuery{"heads", "head_results", "trial, layer, head, split"},
    NamedQuery{"curve", "curve_results", "trial, step, layer, split"},
    NamedQuery{"summary", "summary", "sweep, task, heads, arm, layer, split"},
    NamedQuery{"pairs", "pairs", "sweep, metric, layer, split, arm, seed"},
    NamedQuery{"failures", "failures", "attempt"},
    NamedQuery{"workers",
               "(SELECT worker, sweep, run, number, host, pid, device, threads, state, started_at, ended_at,"
               " (SELECT count(*) FROM attempts a WHERE a.worker = w.worker AND a.state = 'done') AS done"
               " FROM workers w)",
               "worker"},
};
constexpr auto kNames = [] {
  std::array<std::string_view, kQueries.size()> names;
  std::ranges::transform(kQueries, names.begin(), &NamedQuery::name);
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

// A number where the text is one: SQLite compares it to columns of text as text.
Cell parse_value(const std::string& text) {
  if (text == "null" || text == "NULL") return {};
  const char* const end = text.data() + text.size();
  std::int64_t integer = 0;
  if (const auto read = std::from_chars(text.data(), end, integer);
      read.ec == std::errc() && read.ptr == end) {
    return integer;
  }
  double real = 0;
  if (const auto read = std::from_chars(text.data(), end, real); read.ec == std::errc() && read.ptr == end) {
    return real;
  }
  return text;
}

struct Condition {
  std::string column;
  Cell value;
};

Condition parse_condition(const std::string& text, const NamedQuery& query,
                          const std::vector<std::string>& columns) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw UserError("--where " + text + ": give column=value, for example --where heads=4");
  }
  std::string column = text.substr(0, equals);
  if (std::ranges::find(columns, column) == columns.end()) {
    const std::vector<std::string_view> names(columns.begin(), columns.end());
    throw UserError("--where " + text + ": '" + std::string(query.name) + "' has no column '" + column + "'" +
                    did_you_mean(column, names));
  }
  return {std::move(column), parse_value(text.substr(equals + 1))};
}

// Text never equals a number: somebody who compares them has mistyped one.
void require_comparable(SQLite::Database& database, const NamedQuery& query, const Condition& condition,
                        const std::string& text) {
  if (!std::holds_alternative<std::string>(condition.value)) return;
  const std::string column = quote_name(condition.column);
  SQLite::Statement statement(database, "SELECT max(typeof(" + column + ") = 'text'), min(" + column +
                                            ") FROM " + std::string(query.source) + " WHERE " + column +
                                            " IS NOT NULL");
  statement.executeStep();
  if (statement.getColumn(0).isNull() || statement.getColumn(0).getInt() != 0) return;
  throw UserError("--where " + text + ": column '" + condition.column + "' holds numbers, and '" +
                  std::get<std::string>(condition.value) + "' is none; for example --where " +
                  condition.column + "=" + statement.getColumn(1).getString());
}

Table fetch(SQLite::Statement& statement) {
  Table table{columns_of(statement), {}};
  while (statement.executeStep()) table.rows.push_back(read_row(statement));
  return table;
}

Table select(SQLite::Database& database, const NamedQuery& named, const std::vector<std::string>& where) {
  const std::string from = "SELECT * FROM " + std::string(named.source);
  const std::vector<std::string> columns = columns_of(SQLite::Statement(database, from));
  std::vector<Condition> conditions;
  std::vector<std::string> terms;
  for (const std::string& text : where) {
    conditions.push_back(parse_condition(text, named, columns));
    require_comparable(database, named, conditions.back(), text);
    terms.push_back(quote_name(conditions.back().column) + " IS ?");
  }
  const std::string filter = terms.empty() ? "" : " WHERE " + join(terms, " AND ");
  SQLite::Statement statement(database, from + filter + " ORDER BY " + std::string(named.order));
  int index = 0;
  for (const Condition& condition : conditions) bind_cell(statement, ++index, condition.value);
  return fetch(statement);
}

}  // namespace

std::span<const std::string_view> query_names() {
  return kNames;
}

Table run_query(StoreReader& store, const Query& query) {
  const NamedQuery& named = find_query(query.name);
  try {
    Table table = select(store.database(), named, query.where);
    return query.headline ? headline(std::move(table), query.name, query.nulls) : table;
  } catch (const SQLite::Exception& error) {
    throw UserError(describe_problem(error, store.path()));
  }
}

}  // namespace headsweep::results
