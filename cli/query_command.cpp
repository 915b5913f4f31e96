// headsweep query: a store's rows by name, or by any SELECT.

#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/whole_number.h"
#include "errors/user_error.h"
#include "results/query.h"
#include "results/reader.h"
#include "results/render.h"

namespace headsweep::cli {
namespace {

struct QueryOptions {
  std::string store;
  std::string name;
  std::vector<std::string> where;
  std::optional<std::string> sql;
  std::string format = "table";
  bool all_columns = false;
  bool no_nulls = false;
  std::optional<std::int64_t> limit;
};

// Nobody reads more; csv and json are for programs.
constexpr std::int64_t kMostRowsShown = 1000;

std::string names() {
  std::string text;
  for (const std::string_view name : results::query_names()) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

results::Table ask(const QueryOptions& options, results::StoreReader& store) {
  if (options.sql) {
    if (!options.name.empty() || !options.where.empty())
      throw UserError("--sql goes without NAME and --where");
    return results::run_sql(store, *options.sql);
  }
  results::Query query;
  if (!options.name.empty()) query.name = options.name;
  query.where = options.where;
  const bool for_people = options.format == "table" || options.format == "markdown";
  query.headline = for_people && !options.all_columns;
  query.nulls = !options.no_nulls;
  query.limit = options.limit.value_or(for_people ? kMostRowsShown : 0);
  return results::run_query(store, query);
}

int query(const QueryOptions& options) {
  results::StoreReader store(options.store);
  const results::Table table = ask(options, store);
  std::cout << results::render(table, results::parse_format(options.format));
  if (table.more) std::cerr << "there are more rows; --limit 0 shows all\n";
  return kDone;
}

}  // namespace

void add_query_command(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("query", "Rows of a store, by name or by SQL");
  auto options = std::make_shared<QueryOptions>();
  command->add_option("STORE", options->store, "store (SQLite)")->required();
  command->add_option("NAME", options->name, "one of " + names() + "; default summary");
  command->add_option("--where", options->where, "column=value, all must hold (repeatable)")
      ->take_all()
      ->expected(1)
      ->allow_extra_args(false)
      ->type_name("COLUMN=VALUE");
  command->add_option("--sql", options->sql, "any SELECT over the store's tables and views");
  command->add_option("--format", options->format, "table, csv, json or markdown")
      ->check(CLI::IsMember({"table", "csv", "json", "markdown"}));
  command->add_flag("--all-columns", options->all_columns, "every column; csv and json always have them");
  command
      ->add_option("--limit", options->limit,
                   "most rows, 0: all; default 1000 for people, all in csv and json")
      ->check(whole_number(0))
      ->type_name("N");
  command->add_flag("--no-nulls", options->no_nulls, "summary without the nulls below each row");
  command->footer("Example:\n  headsweep query results.db layers --where task=cycle --where layer=1");
  command->callback([options, &chosen] { chosen = [options] { return query(*options); }; });
}

}  // namespace headsweep::cli
