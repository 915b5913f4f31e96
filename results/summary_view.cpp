// The view `summary`: each arm's replicates (seeds) as mean, standard deviation and 95% interval.
//
// Three steps, so that the standard deviation is summed around the mean instead of as a difference of squares:
// `replicate` (a row a trial, layer and split; walk times as log10), `centre` (means and counts over seeds), `spread`
// (standard deviations). The interval is mean -+ t(0.975, n - 1) sd / sqrt(n) with Student's t from t_quantiles.
// Beside every metric stand its nulls: `measured_nulls` holds their means over seeds, those in closed form are joined as
// they are.
#include "results/diverged_trials.h"
#include "results/metric_columns.h"
#include "results/null_names.h"
#include "results/setting_columns.h"
#include "results/sql_text.h"
#include "results/views.h"

namespace headsweep::results {
namespace {

struct Summarised {
  std::string name;
  std::string replicate;  // SQL over l (layer_metrics) and r (results)
  bool walk_time;
  bool has_nulls;
};

std::vector<Summarised> summarised_values() {
  std::vector<Summarised> values = {{"accuracy", "r.accuracy", false, false},
                                    {"loss", "r.loss", false, false}};
  for (const metrics::MetricInfo* info : metrics_of(MetricSet::kLayer)) {
    if (info->scope == metrics::Scope::kHead) continue;
    const std::string name(info->name);
    const bool walk_time = info->scale == metrics::Scale::kWalkTime;
    values.push_back({name, walk_time ? "log10(l." + name + ")" : "l." + name, walk_time, true});
  }
  return values;
}

std::string replicate_sql(const std::vector<Summarised>& values) {
  std::string sql = "SELECT t.sweep, t.arm, l.layer, l.split";
  for (const Summarised& value : values) {
    sql += ",\n    " + value.replicate + " AS " + value.name;
    if (value.walk_time) sql += ", l." + value.name + "_censored AS " + value.name + "_censored";
  }
  return sql +
         "\n  FROM layer_metrics l JOIN results r USING (trial) JOIN trials t USING (trial) WHERE t.state = "
         "'done'";
}

std::string centre_sql(const std::vector<Summarised>& values) {
  std::string sql = "SELECT sweep, arm, layer, split, count(*) AS seeds";
  for (const Summarised& value : values) {
    const std::string& name = value.name;
    sql += ",\n    avg(" + name + ") AS " + name + ", count(" + name + ") AS " + name + "_n";
    if (value.walk_time) sql += ", sum(" + name + "_censored) AS " + name + "_censored";
  }
  return sql + "\n  FROM replicate GROUP BY sweep, arm, layer, split";
}

std::string spread_sql(const std::vector<Summarised>& values) {
  std::string sql = "SELECT c.sweep, c.arm, c.layer, c.split";
  for (const Summarised& value : values) {
    const std::string deviation = "(x." + value.name + " - c." + value.name + ")";
    sql += ",\n    sqrt(sum(" + deviation + " * " + deviation + ") / nullif(c." + value.name +
           "_n - 1, 0)) AS " + value.name + "_sd";
  }
  return sql +
         "\n  FROM centre c JOIN replicate x USING (sweep, arm, layer, split)"
         "\n  GROUP BY c.sweep, c.arm, c.layer, c.split";
}

std::string measured_nulls_sql(const std::vector<Summarised>& values) {
  std::string sql = "SELECT t.sweep, t.arm, b.name AS null_name, b.layer, b.split";
  for (const Summarised& value : values) {
    if (!value.has_nulls) continue;
    const std::string mean =
        value.walk_time ? "pow(10, avg(log10(b." + value.name + ")))" : "avg(b." + value.name + ")";
    sql += ",\n    " + mean + " AS " + value.name;
  }
  return sql +
         "\n  FROM baselines b JOIN trials t ON t.trial = b.trial WHERE t.state = 'done'"
         "\n  GROUP BY t.sweep, t.arm, b.name, b.layer, b.split";
}

std::string null_columns(const Summarised& value) {
  std::string sql;
  for (const NullName& null : kNullNames) {
    if (!value.has_nulls) continue;
    const std::string name(null.name);
    sql += ", of_" + name + "." + value.name + " AS " + value.name + "_" + name;
  }
  return sql;
}

// The rollout of a null in closed form would depend on the number of layers too: it has none.
std::string null_joins() {
  std::string sql;
  for (const NullName& null : kNullNames) {
    const std::string of = "of_" + std::string(null.name);
    const std::string name = quote_text(null.name);
    sql += null.of_trial
               ? "\n  LEFT JOIN measured_nulls " + of + " ON " + of + ".sweep = c.sweep AND " + of +
                     ".arm = c.arm\n    AND " + of + ".null_name = " + name + " AND " + of +
                     ".layer = c.layer AND " + of + ".split = c.split"
               : "\n  LEFT JOIN baselines " + of + " ON " + of + ".trial IS NULL AND " + of +
                     ".sweep = c.sweep\n    AND " + of + ".name = " + name + " AND " + of +
                     ".length = t.length AND " + of + ".horizon = t.measure_horizon AND c.layer >= 0";
  }
  return sql;
}

// Half the width of the interval; beyond the table's last line the next smaller df is taken, which errs to the wide
// side.
std::string half_width(const std::string& name) {
  return "d." + name + "_sd / sqrt(c." + name + "_n) * (SELECT q.t FROM t_quantiles q WHERE q.df <= c." +
         name + "_n - 1 ORDER BY q.df DESC LIMIT 1)";
}

std::string interval_columns(const Summarised& value) {
  const std::string& name = value.name;
  const auto scaled = [&](const std::string& expression) {
    return value.walk_time ? "pow(10, " + expression + ")" : expression;
  };
  const std::string mean = "c." + name;
  std::string sql = ",\n  " + scaled(mean) + " AS " + name + ", d." + name + "_sd AS " + name + "_sd, " +
                    scaled(mean + " - " + half_width(name)) + " AS " + name + "_low, " +
                    scaled(mean + " + " + half_width(name)) + " AS " + name + "_high, c." + name + "_n AS " +
                    name + "_n";
  if (value.walk_time) sql += ", c." + name + "_censored AS " + name + "_censored";
  return sql;
}

}  // namespace

std::string summary_sql() {
  const std::vector<Summarised> values = summarised_values();
  std::string sql = "WITH replicate AS (\n  " + replicate_sql(values) + "),\ncentre AS (\n  " +
                    centre_sql(values) + "),\nspread AS (\n  " + spread_sql(values) +
                    "),\nmeasured_nulls AS (\n  " + measured_nulls_sql(values) +
                    "),\narms AS ("
                    "\n  SELECT sweep, arm, min(trial) AS trial, sum(state = 'failed') AS failed,"
                    "\n    sum(state = 'done') AS done, sum(state = 'failed' AND trial IN (" +
                    std::string(kDivergedTrials) +
                    ")) AS diverged"
                    "\n  FROM trials WHERE state IN ('done', 'failed') GROUP BY sweep, arm)"
                    "\nSELECT s.name AS sweep";
  for (const ViewColumn& column : arm_columns()) sql += ",\n  " + column.expression + " AS " + column.name;
  sql +=
      ",\n  a.arm AS arm, c.layer AS layer, c.split AS split, coalesce(c.seeds, 0) AS seeds,"
      "\n  a.failed AS failed, 1.0 * a.failed / (a.failed + a.done) AS failure_rate,"
      "\n  1.0 * a.diverged / (a.failed + a.done) AS divergence_rate";
  for (const Summarised& value : values) sql += interval_columns(value) + null_columns(value);
  return sql +
         "\nFROM arms a JOIN trials t ON t.trial = a.trial JOIN sweeps s ON s.sweep = a.sweep"
         "\n  LEFT JOIN centre c ON c.sweep = a.sweep AND c.arm = a.arm"
         "\n  LEFT JOIN spread d ON d.sweep = c.sweep AND d.arm = c.arm AND d.layer = c.layer AND d.split = "
         "c.split" +
         null_joins();
}

}  // namespace headsweep::results
