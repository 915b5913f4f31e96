#include "results/canned_queries.h"

#include <algorithm>
#include <string_view>

#include "results/diverged_trials.h"
#include "results/metric_columns.h"
#include "results/setting_columns.h"
#include "results/sql_text.h"

namespace headsweep::results {
namespace {

// "task, heads, init_similarity": what people tell arms by, as the views have it.
std::string arm_settings(const SweepAnalysis& analysis) {
  std::vector<std::string> names = {"task", "heads"};
  for (const ViewColumn& column : arm_columns()) {
    const bool varies = std::ranges::find(analysis.axes, column.name) != analysis.axes.end();
    if (varies && column.name != "task" && column.name != "heads") names.push_back(quote_name(column.name));
  }
  return join(names, ", ");
}

std::string by_heads_sql(const std::string& settings) {
  return "select " + settings +
         ", layer, count(*) as seeds, avg(accuracy) as accuracy,\n"
         "  avg(mixing_time_paper) as mixing_time_paper,\n"
         "  pow(10, avg(log10(mixing_time_forward))) as mixing_time_forward,\n"
         "  pow(10, avg(log10(mixing_time_backward))) as mixing_time_backward,\n"
         "  avg(fidelity_min_inner) as fidelity_min_inner, avg(fidelity_min) as fidelity_min, arm\n"
         "from layer_results where split = 'heldout'\n"
         "group by arm, layer order by " +
         settings + ", arm, layer";
}

std::string differences_sql(const std::string& settings) {
  return "with arms as (select distinct arm, " + settings +
         " from trial_results)\n"
         "select " +
         settings +
         ", layer, count(difference) as pairs, count(broken_reason) as broken,\n"
         "  avg(difference) as difference, arm\n"
         "from arms join (select arm, layer, difference, broken_reason from pairs\n"
         "  where metric = :metric and split = 'heldout') using (arm)\n"
         "group by arm, layer order by " +
         settings + ", arm, layer";
}

std::string seeds_of_metric_sql(const std::string& settings) {
  return "select trial, seed, " + settings + ", layer, split, accuracy,\n  " +
         metric_value_sql(":metric", "layer_results") +
         " as value\n"
         "from layer_results where task = :task and split = 'heldout'\n"
         "order by " +
         settings + ", arm, layer, seed";
}

std::string failure_rates_sql(const std::string& settings) {
  return "select " + settings +
         ", sum(state = 'done') as done, sum(state = 'failed') as failed,\n"
         "  sum(state = 'failed' and trial in (" +
         std::string(kDivergedTrials) +
         ")) as diverged,\n"
         "  avg(accuracy) as accuracy, arm\n"
         "from trial_results group by arm order by failed desc, " +
         settings + ", arm";
}

}  // namespace

std::vector<CannedQuery> canned_queries(const SweepAnalysis& analysis) {
  const std::string settings = arm_settings(analysis);
  return {{"by_heads", "Mixing and fidelity of every arm by layer, means over seeds (held-out sequences)",
           by_heads_sql(settings)},
          {"differences", "Paired differences to the baseline arm: mean over seeds, broken pairs counted",
           differences_sql(settings)},
          {"nulls_of_metric", "What a metric is without the effect asked for",
           "select null_name, task, heads, layer, split, value, n, arm from nulls where metric = :metric\n"
           "order by task, heads, arm, layer, split, null_name"},
          {"seeds_of_metric", "Every seed behind a mean: a trial a row, of any metric of layers",
           seeds_of_metric_sql(settings)},
          {"curve_of_trial", "Loss and accuracy along the training of a trial",
           "select distinct step, loss, accuracy from curve_results where trial = cast(:trial as integer)\n"
           "order by step"},
          {"failure_rates", "Failed and diverged trials by arm, accuracy of the others",
           failure_rates_sql(settings)},
          {"last_failures", "The last failed attempts",
           "select trial, task, heads, seed, reason, message, host, ended_at from failures\n"
           "order by attempt desc limit 100"}};
}

}  // namespace headsweep::results
