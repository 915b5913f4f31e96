// Views with a row for each trial, layer, head, step or failure.
#include "results/ledger_columns.h"
#include "results/metric_columns.h"
#include "results/setting_columns.h"
#include "results/sql_text.h"
#include "results/views.h"

namespace headsweep::results {
namespace {

// The columns of trial_results that say which trial a row belongs to. Tables: t (trials), s (sweeps).
std::string trial_identity() {
  std::vector<std::string> columns = {"t.trial AS trial", "s.name AS sweep", "t.key AS key",
                                      "t.seed AS seed"};
  for (const ViewColumn& column : arm_columns()) columns.push_back(column.expression + " AS " + column.name);
  columns.emplace_back("t.arm AS arm");
  return join(columns, ",\n  ");
}

std::string metrics_from(const std::string& table, MetricSet set) {
  std::vector<std::string> columns;
  for (const std::string& name : metric_column_names(set))
    columns.push_back(table + "." + name + " AS " + name);
  return join(columns, ", ");
}

std::string ledger_sql() {
  std::vector<std::string> columns;
  for (const LedgerColumn& column : ledger_columns())
    columns.push_back("t." + column.name + " AS " + column.name);
  return join(columns, ", ");
}

const char* const kDoneTrials =
    "\n  JOIN results r USING (trial) JOIN trials t USING (trial) JOIN sweeps s ON s.sweep = t.sweep"
    "\nWHERE t.state = 'done'";

// Rows are read in the order of trials, so that all would be looked at where none has a row of the table.
std::string and_among_trials_of(const std::string& table) {
  return "\n  AND t.trial BETWEEN (SELECT min(trial) FROM " + table + ") AND (SELECT max(trial) FROM " +
         table + ")";
}

}  // namespace

std::string trial_results_sql() {
  std::vector<std::string> arm;
  for (const ViewColumn& column : arm_columns()) arm.push_back(column.expression + " AS " + column.name);
  return "SELECT t.trial AS trial, s.name AS sweep, t.key AS key, t.state AS state, t.seed AS seed,\n  " +
         join(arm, ",\n  ") + ",\n  " + ledger_sql() +
         ",\n  t.arm AS arm, t.settings AS settings, r.steps AS steps,"
         "\n  (SELECT count(*) FROM attempts a WHERE a.trial = t.trial) AS attempts,"
         "\n  r.train_loss AS train_loss, r.train_accuracy AS train_accuracy, r.loss AS loss,"
         "\n  r.accuracy AS accuracy, t.chance_accuracy AS chance_accuracy,"
         "\n  t.ceiling_accuracy AS ceiling_accuracy, r.steps_to_90 AS steps_to_90,"
         "\n  r.train_seconds AS train_seconds, r.measure_seconds AS measure_seconds, r.tokens AS tokens,"
         "\n  r.flops AS flops, r.step_kind AS step_kind, r.device AS device, finishing.worker AS worker,"
         "\n  r.build AS build, r.model_file AS checkpoint, r.model_sha256 AS checkpoint_sha256,"
         "\n  r.finished_at AS finished_at, r.numerics AS numerics, r.attempt AS attempt,"
         "\n  t.baseline_arm AS baseline_arm, t.position AS position"
         "\nFROM trials t JOIN sweeps s ON s.sweep = t.sweep LEFT JOIN results r ON r.trial = t.trial"
         "\n  LEFT JOIN attempts finishing ON finishing.attempt = r.attempt";
}

std::string layer_results_sql() {
  return "SELECT " + trial_identity() +
         ",\n  r.loss AS loss, r.accuracy AS accuracy,"
         "\n  l.layer AS layer, l.split AS split, l.metrics_version AS metrics_version,\n  " +
         metrics_from("l", MetricSet::kLayer) + "\nFROM layer_metrics l" + kDoneTrials;
}

std::string head_results_sql() {
  return "SELECT " + trial_identity() +
         ",\n  r.loss AS loss, r.accuracy AS accuracy,"
         "\n  h.layer AS layer, h.head AS head, h.split AS split, h.metrics_version AS metrics_version,"
         "\n  h.unreachable_positions AS unreachable_positions,\n  " +
         metrics_from("h", MetricSet::kHead) + "\nFROM head_metrics h" + kDoneTrials +
         and_among_trials_of("head_metrics");
}

// A step without measured layers has one row whose layer is NULL.
std::string curve_results_sql() {
  return "SELECT t.trial AS trial, s.name AS sweep, t.seed AS seed, t.task AS task, t.heads AS heads, t.arm "
         "AS arm,"
         "\n  c.step AS step, c.loss AS loss, c.accuracy AS accuracy,"
         "\n  c.diversity AS diversity,"
         "\n  l.layer AS layer, l.split AS split, l.metrics_version AS metrics_version,\n  " +
         metrics_from("l", MetricSet::kLayer) +
         "\nFROM curves c LEFT JOIN curve_metrics l ON l.trial = c.trial AND l.step = c.step"
         "\n  JOIN trials t ON t.trial = c.trial JOIN sweeps s ON s.sweep = t.sweep\nWHERE t.state = 'done'" +
         and_among_trials_of("curves");
}

// Measurements along the way come first, then the one at the end of training: place 2 step, or 2 step + 1 at the end. Only the
// rows of the places found are read: CROSS JOIN keeps SQLite from scanning all measurements and asking which are wanted.
std::string at_accuracy_sql() {
  const auto rows_of = [](const std::string& measured, const std::string& rest) {
    return "SELECT " + trial_identity() +
           ",\n  f.place / 2 AS step, c.accuracy AS accuracy,"
           "\n  m.layer AS layer, m.split AS split, m.metrics_version AS metrics_version,\n  " +
           metrics_from("m", MetricSet::kLayer) + "\nFROM earliest f CROSS JOIN " + measured +
           " m ON m.trial = f.trial" + rest +
           "\n  JOIN trials t ON t.trial = f.trial JOIN sweeps s ON s.sweep = t.sweep\nWHERE t.state = "
           "'done'";
  };
  return "WITH earliest AS ("
         "\n  SELECT trial, min(place) AS place FROM ("
         "\n    SELECT c.trial AS trial, 2 * c.step AS place FROM curves c JOIN trials t ON t.trial = c.trial"
         "\n    WHERE c.accuracy >= 0.9 * t.ceiling_accuracy"
         "\n      AND EXISTS (SELECT 1 FROM curve_metrics l WHERE l.trial = c.trial AND l.step = c.step)"
         "\n    UNION ALL"
         "\n    SELECT r.trial, 2 * r.steps + 1 FROM results r JOIN trials t ON t.trial = r.trial"
         "\n    WHERE r.accuracy >= 0.9 * t.ceiling_accuracy)"
         "\n  GROUP BY trial)\n" +
         rows_of("curve_metrics",
                 " AND m.step = f.place / 2 AND f.place % 2 = 0"
                 "\n  JOIN curves c ON c.trial = m.trial AND c.step = m.step") +
         "\nUNION ALL\n" +
         rows_of("layer_metrics", " AND f.place % 2 = 1\n  JOIN results c ON c.trial = m.trial");
}

std::string failures_sql() {
  return "SELECT a.attempt AS attempt, t.trial AS trial, s.name AS sweep, t.state AS state, t.task AS task,"
         "\n  t.heads AS heads, t.seed AS seed, a.reason AS reason, a.message AS message, a.signal AS signal,"
         "\n  a.exit_code AS exit_code, a.in_company AS in_company, a.worker AS worker, w.host AS host, "
         "w.device AS device,"
         "\n  a.started_at AS started_at, a.ended_at AS ended_at, a.log_tail AS log_tail"
         "\nFROM attempts a JOIN trials t ON t.trial = a.trial JOIN sweeps s ON s.sweep = t.sweep"
         "\n  LEFT JOIN workers w ON w.worker = a.worker\nWHERE a.state = 'failed'";
}

}  // namespace headsweep::results
