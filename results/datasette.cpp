#include "results/datasette.h"

#include <array>
#include <string_view>

#include <SQLiteCpp/SQLiteCpp.h>
#include <nlohmann/json.hpp>

#include "errors/user_error.h"
#include "results/connection.h"
#include "results/data_dictionary.h"

namespace headsweep::results {
namespace {

struct CannedQuery {
  std::string_view name;
  std::string_view title;
  std::string_view sql;  // :name is a field of its form
};
// Values are means over seeds; walk times (mixing and hitting times but mixing_time_paper) are averaged as log10.
constexpr std::array kQueries = {
    CannedQuery{"by_heads",
                "Mixing and fidelity by task, heads and layer, means over seeds (held-out sequences)",
                "select task, heads, layer, count(*) as seeds, avg(accuracy) as accuracy,\n"
                "  avg(mixing_time_paper) as mixing_time_paper,\n"
                "  pow(10, avg(log10(mixing_time_forward))) as mixing_time_forward,\n"
                "  pow(10, avg(log10(mixing_time_backward))) as mixing_time_backward,\n"
                "  avg(fidelity_min_inner) as fidelity_min_inner, avg(fidelity_min) as fidelity_min\n"
                "from layer_results where split = 'heldout'\n"
                "group by task, heads, layer order by task, heads, layer"},
    CannedQuery{"differences",
                "Paired differences to the baseline arm: mean over seeds, broken pairs counted",
                "select task, heads, arm, layer, count(difference) as pairs,\n"
                "  count(broken_reason) as broken, avg(difference) as difference\n"
                "from pairs where metric = :metric and split = 'heldout'\n"
                "group by task, heads, arm, layer order by task, heads, arm, layer"},
    CannedQuery{"nulls_of_metric", "What a metric is without the effect asked for",
                "select null_name, task, heads, layer, split, value, n from nulls where metric = :metric\n"
                "order by task, heads, layer, split, null_name"},
    CannedQuery{"seeds_of_metric", "Every seed behind a mean: a trial a row",
                "select l.trial, l.seed, l.task, l.heads, l.layer, l.split, l.accuracy,\n"
                "  case :metric when 'mixing_time_paper' then l.mixing_time_paper\n"
                "    when 'mixing_time_forward' then l.mixing_time_forward\n"
                "    when 'mixing_time_backward' then l.mixing_time_backward\n"
                "    when 'fidelity_min' then l.fidelity_min\n"
                "    when 'fidelity_min_inner' then l.fidelity_min_inner end as value\n"
                "from layer_results l where l.task = :task and l.split = 'heldout'\n"
                "order by l.heads, l.layer, l.seed"},
    CannedQuery{
        "curve_of_trial", "Loss and accuracy along the training of a trial",
        "select distinct step, loss, accuracy from curve_results where trial = cast(:trial as integer)\n"
        "order by step"},
    CannedQuery{"failure_rates", "Failed trials by arm",
                "select task, heads, arm, sum(state = 'done') as done, sum(state = 'failed') as failed\n"
                "from trial_results group by arm order by failed desc, task, heads"},
    CannedQuery{"last_failures", "The last failed attempts",
                "select trial, task, heads, seed, reason, message, host, ended_at from failures\n"
                "order by attempt desc limit 100"},
};

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
    SQLite::Statement name(database, "SELECT name FROM sweeps ORDER BY sweep LIMIT 1");
    const std::string sweep = name.executeStep() ? name.getColumn(0).getString() : "";
    std::string yaml = line(0, "title", "headsweep: " + sweep) +
                       line(0, "description", "Mixing and fidelity of attention heads; docs/store.md") +
                       opening(0, "databases") + opening(1, store.path().stem().string()) +
                       opening(2, "tables");
    for (const ViewTitle& view : kTitles) yaml += view_metadata(database, view);
    yaml += opening(2, "queries");
    for (const CannedQuery& query : kQueries)
      yaml += opening(3, query.name) + line(4, "title", query.title) + line(4, "sql", query.sql);
    return yaml;
  } catch (const SQLite::Exception& problem) {
    throw UserError(describe_problem(problem, store.path()));
  }
}

}  // namespace headsweep::results
