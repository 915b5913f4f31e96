#include "results/datasette.h"

#include <array>
#include <string_view>

#include <SQLiteCpp/SQLiteCpp.h>
#include <nlohmann/json.hpp>

#include "errors/user_error.h"
#include "results/canned_queries.h"
#include "results/connection.h"
#include "results/data_dictionary.h"

namespace headsweep::results {
namespace {

struct ViewTitle {
  std::string_view view;
  std::string_view title;
};
constexpr std::array kTitles = {
    ViewTitle{"trial_results", "Trials: a row each"},
    ViewTitle{"layer_results", "Layers: a row a trial, layer and split"},
    ViewTitle{"head_results", "Heads: a row a trial, layer, head and split"},
    ViewTitle{"summary", "Summary: arms over their seeds, with 95% intervals and nulls"},
    ViewTitle{"nulls", "Nulls: what metrics are without the effect asked for"},
    ViewTitle{"pairs", "Pairs: a trial and the one of equal seed in its baseline arm"},
    ViewTitle{"curve_results", "Curves: along the training"},
    ViewTitle{"at_accuracy", "At accuracy: layers at the first measurement at 90% of the ceiling accuracy"},
    ViewTitle{"failures", "Failures: failed attempts"},
};

// A double-quoted scalar: YAML reads JSON strings.
std::string scalar(std::string_view text) {
  return nlohmann::json(std::string(text)).dump();
}

std::string line(int depth, std::string_view key, std::string_view value) {
  return std::string(static_cast<std::size_t>(2 * depth), ' ') + scalar(key) + ": " + scalar(value) + "\n";
}

std::string opening(int depth, std::string_view key) {
  return std::string(static_cast<std::size_t>(2 * depth), ' ') + scalar(key) + ":\n";
}

std::string view_metadata(SQLite::Database& database, const ViewTitle& view) {
  std::string yaml = opening(3, view.view) + line(4, "title", view.title) + opening(4, "columns");
  SQLite::Statement columns(database, "SELECT name FROM pragma_table_info(?)");
  columns.bind(1, std::string(view.view));
  while (columns.executeStep()) {
    const std::string name = columns.getColumn(0).getString();
    const ColumnMeaning meaning = column_meaning(name);
    yaml += line(5, name, meaning.text + (meaning.unit.empty() ? "" : " [" + meaning.unit + "]"));
  }
  return yaml;
}

}  // namespace

std::string datasette_metadata(StoreReader& store) {
  try {
    SQLite::Database& database = store.database();
    SQLite::Statement frozen(database, "SELECT name, canonical FROM sweeps ORDER BY sweep LIMIT 1");
    const bool has_sweep = frozen.executeStep();
    const std::string sweep = has_sweep ? frozen.getColumn(0).getString() : "";
    const SweepAnalysis analysis =
        has_sweep ? parse_analysis(frozen.getColumn(1).getString()) : SweepAnalysis{};
    std::string yaml = line(0, "title", "headsweep: " + sweep) +
                       line(0, "description", "Mixing and fidelity of attention heads; docs/store.md") +
                       opening(0, "databases") + opening(1, store.path().stem().string()) +
                       opening(2, "tables");
    for (const ViewTitle& view : kTitles) yaml += view_metadata(database, view);
    yaml += opening(2, "queries");
    for (const CannedQuery& query : canned_queries(analysis))
      yaml += opening(3, query.name) + line(4, "title", query.title) + line(4, "sql", query.sql);
    return yaml;
  } catch (const SQLite::Exception& problem) {
    throw UserError(describe_problem(problem, store.path()));
  }
}

}  // namespace headsweep::results
