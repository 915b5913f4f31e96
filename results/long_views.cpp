// Views with one row for each metric: `nulls` and `pairs`. The table `metrics` gives the rows, a CASE over its names
// picks the column.
#include "results/metric_columns.h"
#include "results/sql_text.h"
#include "results/views.h"

namespace headsweep::results {

// Nulls in closed form are repeated for each arm and layer that they are the null of; measured ones are means over
// seeds, walk times geometric.
std::string nulls_sql() {
  const std::string names = join(metric_column_names(MetricSet::kLayer), ", ");
  const std::string value = "CASE m.scale WHEN 'walk_time' THEN pow(10, avg(log10(" +
                            metric_value_sql("m.metric", "b") + "))) ELSE avg(" +
                            metric_value_sql("m.metric", "b") + ") END";
  return "WITH RECURSIVE layer_numbers(layer) AS ("
         "\n  SELECT 0 UNION ALL"
         "\n  SELECT layer + 1 FROM layer_numbers WHERE layer + 1 < (SELECT max(layers) FROM trials)),"
         "\narms AS ("
         "\n  SELECT DISTINCT sweep, arm, task, heads, layers, length, measure_horizon"
         "\n  FROM trials WHERE state <> 'pruned'),"
         "\nmeasured AS ("
         "\n  SELECT b.name AS name, t.sweep, t.task, t.heads, t.arm, b.layer AS layer, b.split AS split, " +
         names +
         "\n  FROM baselines b JOIN trials t ON t.trial = b.trial WHERE t.state = 'done'"
         "\n  UNION ALL"
         "\n  SELECT b.name, a.sweep, a.task, a.heads, a.arm, n.layer, NULL, " +
         names +
         "\n  FROM baselines b JOIN arms a ON b.sweep = a.sweep AND b.length = a.length"
         "\n    AND b.horizon = a.measure_horizon"
         "\n  JOIN layer_numbers n ON n.layer < a.layers WHERE b.trial IS NULL)"
         "\nSELECT b.name AS \"null\", b.name AS null_name, s.name AS sweep, b.task AS task, b.heads AS "
         "heads, b.arm AS arm,"
         "\n  b.layer AS layer, b.split AS split, m.metric AS metric,"
         "\n  " +
         value + " AS value,\n  count(" + metric_value_sql("m.metric", "b") +
         ") AS n"
         "\nFROM measured b CROSS JOIN metrics m JOIN sweeps s ON s.sweep = b.sweep"
         "\nGROUP BY b.sweep, b.arm, b.name, b.layer, b.split, m.metric HAVING n > 0";
}

// A trial and the trial of equal seed in its baseline arm, for every layer and split that either has.
std::string pair_keys_sql() {
  return "SELECT a.sweep AS sweep, a.trial AS trial, b.trial AS baseline_trial, a.arm AS arm,"
         "\n  a.baseline_arm AS baseline_arm, a.seed AS seed, a.state AS state, b.state AS baseline_state,"
         "\n  l.layer AS layer, l.split AS split, a.task AS task, a.heads AS heads"
         "\nFROM trials a"
         "\n  LEFT JOIN trials b ON b.sweep = a.sweep AND b.arm = a.baseline_arm AND b.seed = a.seed"
         "\n    AND b.state <> 'pruned'"
         "\n  JOIN layer_metrics l ON l.trial = CASE WHEN a.state = 'done' THEN a.trial"
         "\n    WHEN b.state = 'done' THEN b.trial END"
         "\nWHERE a.baseline_arm IS NOT NULL AND a.state <> 'pruned'";
}

std::string pairs_sql() {
  const std::string a = metric_value_sql("m.metric", "a");
  const std::string b = metric_value_sql("m.metric", "b");
  const std::string broken =
      "CASE WHEN k.state <> 'done' THEN 'trial is ' || k.state"
      "\n    WHEN k.baseline_trial IS NULL THEN 'no baseline trial'"
      "\n    WHEN k.baseline_state <> 'done' THEN 'baseline trial is ' || k.baseline_state"
      "\n    WHEN b.trial IS NULL THEN 'baseline has no such layer'"
      "\n    WHEN a.metrics_version <> b.metrics_version THEN 'metrics_version differs'"
      "\n    WHEN " +
      a + " IS NULL THEN 'undefined'\n    WHEN " + b + " IS NULL THEN 'undefined in the baseline' END";
  return "SELECT s.name AS sweep, m.metric AS metric, k.layer AS layer, k.split AS split, k.arm AS arm,"
         "\n  k.baseline_arm AS baseline_arm, k.seed AS seed, k.trial AS trial, k.baseline_trial AS "
         "baseline_trial, k.task AS task, k.heads AS heads,"
         "\n  CASE WHEN " +
         broken + " IS NULL THEN\n    CASE m.scale WHEN 'walk_time' THEN log10(" + a + ") - log10(" + b +
         ") ELSE " + a + " - " + b + " END END AS difference,\n  " + broken +
         " AS broken_reason"
         "\nFROM pair_keys k CROSS JOIN metrics m JOIN sweeps s ON s.sweep = k.sweep"
         "\n  LEFT JOIN layer_metrics a ON a.trial = k.trial AND a.layer = k.layer AND a.split = k.split"
         "\n    AND k.state = 'done'"
         "\n  LEFT JOIN layer_metrics b ON b.trial = k.baseline_trial AND b.layer = k.layer AND b.split = "
         "k.split"
         "\n    AND k.baseline_state = 'done'"
         "\nWHERE m.scope <> 'head'";
}

}  // namespace headsweep::results
