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
         metrics_from("h", MetricSet::kHead) + "\nFROM head_metrics h" + kDoneTrials;
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
         "\n  JOIN trials t ON t.trial = c.trial JOIN sweeps s ON s.sweep = t.sweep\nWHERE t.state = 'done'";
}

// Measurements along the way come first, then the one at the end of training.
std::string at_accuracy_sql() {
  const std::string names = join(metric_column_names(MetricSet::kLayer), ", ");
  return "WITH measured AS ("
         "\n  SELECT l.trial, l.step, c.accuracy, l.layer, l.split, l.metrics_version, 0 AS final, " +
         names +
         "\n  FROM curve_metrics l JOIN curves c ON c.trial = l.trial AND c.step = l.step"
         "\n  UNION ALL"
         "\n  SELECT l.trial, r.steps, r.accuracy, l.layer, l.split, l.metrics_version, 1, " +
         names +
         "\n  FROM layer_metrics l JOIN results r ON r.trial = l.trial),"
         "\nearliest AS ("
         "\n  SELECT m.trial, min(2 * m.step + m.final) AS place"
         "\n  FROM measured m JOIN trials t ON t.trial = m.trial"
         "\n  WHERE m.accuracy >= 0.9 * t.ceiling_accuracy GROUP BY m.trial)"
         "\nSELECT " +
         trial_identity() +
         ",\n  m.step AS step, m.accuracy AS accuracy,"
         "\n  m.layer AS layer, m.split AS split, m.metrics_version AS metrics_version,\n  " +
         metrics_from("m", MetricSet::kLayer) +
         "\nFROM earliest f JOIN measured m ON m.trial = f.trial AND 2 * m.step + m.final = f.place"
         "\n  JOIN trials t ON t.trial = m.trial JOIN sweeps s ON s.sweep = t.sweep\nWHERE t.state = 'done'";
}

std::string failures_sql() {
  return "SELECT a.attempt AS attempt, t.trial AS trial, s.name AS sweep, t.state AS state, t.task AS task,"
         "\n  t.heads AS heads, t.seed AS seed, a.reason AS reason, a.message AS message, a.signal AS signal,"
         "\n  a.exit_code AS exit_code, a.worker AS worker, w.host AS host, w.device AS device,"
         "\n  a.started_at AS started_at, a.ended_at AS ended_at, a.log_tail AS log_tail"
         "\nFROM attempts a JOIN trials t ON t.trial = a.trial JOIN sweeps s ON s.sweep = t.sweep"
         "\n  LEFT JOIN workers w ON w.worker = a.worker\nWHERE a.state = 'failed'";
}

}  // namespace headsweep::results
