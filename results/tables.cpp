#include "results/tables.h"

#include <algorithm>

#include "errors/check.h"
#include "results/ledger_columns.h"
#include "results/metric_columns.h"
#include "results/setting_columns.h"
#include "results/sql_text.h"
#include "results/triggers.h"

namespace headsweep::results {
namespace {

const ColumnSpec kRowHash = {"row_hash", "INTEGER NOT NULL", false};

// What a column has in rows that were written before its setting existed: the setting's default.
std::string default_clause(const SettingColumn& column) {
  const Cell value = setting_cell(column, trial::Settings{});
  if (const auto* text = std::get_if<std::string>(&value)) return " NOT NULL DEFAULT " + quote_text(*text);
  if (const auto* integer = std::get_if<std::int64_t>(&value))
    return " NOT NULL DEFAULT " + std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&value)) return " NOT NULL DEFAULT " + trial::to_text(*real);
  return "";
}

void append_metrics(std::vector<ColumnSpec>& columns, MetricSet set) {
  for (const MetricColumn& metric : metric_columns(set)) columns.push_back({metric.name, metric.type});
  columns.push_back(kRowHash);
}

TableSpec sweeps_table() {
  return {"sweeps",
          {{"sweep", "INTEGER PRIMARY KEY"},
           {"name", "TEXT NOT NULL"},
           {"hash", "TEXT NOT NULL"},
           {"canonical", "TEXT NOT NULL"},
           {"parameters", "INTEGER NOT NULL"},
           {"metrics_version", "INTEGER NOT NULL"},
           {"headsweep_version", "TEXT NOT NULL"},
           {"sqlite_version", "TEXT NOT NULL"},
           {"host", "TEXT NOT NULL"},
           {"created_at", "TEXT NOT NULL"},
           kRowHash},
          {}};
}

TableSpec amendments_table() {
  return {"amendments",
          {{"amendment", "INTEGER PRIMARY KEY", false},
           {"sweep", "INTEGER NOT NULL REFERENCES sweeps"},
           {"at", "TEXT NOT NULL"},
           {"difference", "TEXT NOT NULL"},
           {"old_hash", "TEXT NOT NULL"},
           {"new_hash", "TEXT NOT NULL"},
           {"old_canonical", "TEXT NOT NULL"},
           {"reused", "INTEGER NOT NULL"},
           {"planned", "INTEGER NOT NULL"},
           {"pruned", "INTEGER NOT NULL"},
           kRowHash},
          {}};
}

// The state changes with every attempt and is checked against attempts and results instead of being hashed; columns
// of settings are checked against the canonical settings, so that a new setting leaves the hashes alone.
TableSpec trials_table() {
  TableSpec table = {
      "trials",
      {{"trial", "INTEGER PRIMARY KEY"},
       {"sweep", "INTEGER NOT NULL REFERENCES sweeps"},
       {"position", "INTEGER"},
       {"state",
        "TEXT NOT NULL CHECK (state IN ('planned', 'running', 'done', 'failed', 'cancelled', 'pruned'))",
        false},
       {"key", "TEXT NOT NULL"},
       {"arm", "TEXT NOT NULL"},
       {"baseline_arm", "TEXT"},
       {"seed", "INTEGER NOT NULL"},
       {"settings", "TEXT NOT NULL"},
       {"parameters", "INTEGER NOT NULL"},
       {"parameter_mismatch", "REAL NOT NULL"},
       {"mlp_widths", "TEXT NOT NULL"},
       {"chance_accuracy", "REAL NOT NULL"},
       {"ceiling_accuracy", "REAL NOT NULL"}},
      {"UNIQUE (sweep, key)"}};
  for (const SettingColumn& column : setting_columns()) {
    table.columns.push_back({column.name, column.type + default_clause(column), false});
  }
  for (const LedgerColumn& column : ledger_columns()) {
    table.columns.push_back({column.name, column.type + " NOT NULL DEFAULT 0", false});
  }
  table.columns.push_back(kRowHash);
  return table;
}

// The last three are how far it is, overwritten every second or so.
TableSpec workers_table() {
  return {"workers",
          {{"worker", "INTEGER PRIMARY KEY"},
           {"sweep", "INTEGER NOT NULL REFERENCES sweeps"},
           {"run", "INTEGER NOT NULL"},
           {"number", "INTEGER NOT NULL"},
           {"host", "TEXT NOT NULL"},
           {"pid", "INTEGER NOT NULL"},
           {"device", "TEXT NOT NULL"},
           {"threads", "INTEGER NOT NULL"},
           {"state", "TEXT NOT NULL"},
           {"started_at", "TEXT NOT NULL"},
           {"ended_at", "TEXT"},
           {"trial", "INTEGER", false},
           {"step", "INTEGER", false},
           {"steps_per_second", "REAL", false},
           kRowHash},
          {}};
}

// in_company: 1 where it failed as one of several of a bundle, any of whose trials may be to blame; else NULL.
TableSpec attempts_table() {
  return {"attempts",
          {{"attempt", "INTEGER PRIMARY KEY"},
           {"trial", "INTEGER NOT NULL REFERENCES trials"},
           {"worker", "INTEGER REFERENCES workers"},
           {"state", "TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'interrupted'))"},
           {"reason", "TEXT"},
           {"message", "TEXT"},
           {"signal", "INTEGER"},
           {"exit_code", "INTEGER"},
           {"log_tail", "TEXT"},
           {"in_company", "INTEGER"},
           {"started_at", "TEXT NOT NULL"},
           {"ended_at", "TEXT"},
           kRowHash},
          {}};
}

// The numbers of rows that belong to the result let `verify` see that one is missing; NULL where the result is older than
// the table.
TableSpec results_table() {
  return {"results",
          {{"trial", "INTEGER PRIMARY KEY REFERENCES trials"},
           {"attempt", "INTEGER NOT NULL REFERENCES attempts"},
           {"metrics_version", "INTEGER NOT NULL"},
           {"parameters", "INTEGER NOT NULL"},
           {"steps", "INTEGER NOT NULL"},
           {"train_loss", "REAL"},
           {"train_accuracy", "REAL"},
           {"loss", "REAL"},
           {"accuracy", "REAL"},
           {"steps_to_90", "INTEGER"},
           {"train_seconds", "REAL"},
           {"measure_seconds", "REAL"},
           {"tokens", "INTEGER NOT NULL"},
           {"flops", "REAL"},
           {"step_kind", "TEXT NOT NULL"},
           {"device", "TEXT NOT NULL"},
           {"numerics", "TEXT NOT NULL"},
           {"build", "TEXT NOT NULL"},
           {"model_file", "TEXT"},
           {"model_sha256", "TEXT"},
           {"layer_rows", "INTEGER NOT NULL"},
           {"head_rows", "INTEGER NOT NULL"},
           {"null_rows", "INTEGER NOT NULL"},
           {"curve_rows", "INTEGER NOT NULL"},
           {"curve_layer_rows", "INTEGER NOT NULL"},
           {"sequence_rows", "INTEGER"},
           {"node_rows", "INTEGER"},
           {"finished_at", "TEXT NOT NULL"},
           kRowHash},
          {}};
}

const char* const kSplitCheck = "CHECK (split IN ('train', 'heldout'))";

TableSpec layer_metrics_table() {
  TableSpec table = {"layer_metrics",
                     {{"trial", "INTEGER NOT NULL REFERENCES results"},
                      {"layer", "INTEGER NOT NULL"},
                      {"split", std::string("TEXT NOT NULL ") + kSplitCheck},
                      {"metrics_version", "INTEGER NOT NULL"}},
                     {"PRIMARY KEY (trial, layer, split)"}};
  append_metrics(table.columns, MetricSet::kLayer);
  return table;
}

TableSpec head_metrics_table() {
  TableSpec table = {"head_metrics",
                     {{"trial", "INTEGER NOT NULL REFERENCES results"},
                      {"layer", "INTEGER NOT NULL"},
                      {"head", "INTEGER NOT NULL"},
                      {"split", std::string("TEXT NOT NULL ") + kSplitCheck},
                      {"metrics_version", "INTEGER NOT NULL"},
                      {"unreachable_positions", "INTEGER"}},
                     {"PRIMARY KEY (trial, layer, head, split)"}};
  append_metrics(table.columns, MetricSet::kHead);
  return table;
}

// Optional: every sequence by itself. `head` is NULL for the layer's combination.
TableSpec sequence_metrics_table() {
  TableSpec table = {"sequence_metrics",
                     {{"row", "INTEGER PRIMARY KEY", false},
                      {"trial", "INTEGER NOT NULL REFERENCES results"},
                      {"layer", "INTEGER NOT NULL"},
                      {"head", "INTEGER"},
                      {"split", std::string("TEXT NOT NULL ") + kSplitCheck},
                      {"sequence", "INTEGER NOT NULL"},
                      {"metrics_version", "INTEGER NOT NULL"}},
                     {"UNIQUE (trial, layer, head, split, sequence)"}};
  for (const MetricColumn& metric : sequence_metric_columns())
    table.columns.push_back({metric.name, metric.type});
  table.columns.push_back(kRowHash);
  return table;
}

// Optional: fidelity of every position of a layer's combination, over the sequences.
TableSpec node_fidelity_table() {
  return {"node_fidelity",
          {{"trial", "INTEGER NOT NULL REFERENCES results"},
           {"layer", "INTEGER NOT NULL"},
           {"split", std::string("TEXT NOT NULL ") + kSplitCheck},
           {"position", "INTEGER NOT NULL"},
           {"metrics_version", "INTEGER NOT NULL"},
           {"fidelity", "REAL"},
           {"fidelity_std", "REAL"},
           {"fidelity_t", "REAL"},
           {"fidelity_t_std", "REAL"},
           {"fidelity_n", "INTEGER NOT NULL"},
           kRowHash},
          {"PRIMARY KEY (trial, layer, split, position)"}};
}

TableSpec curves_table() {
  return {"curves",
          {{"trial", "INTEGER NOT NULL REFERENCES results"},
           {"step", "INTEGER NOT NULL"},
           {"loss", "REAL"},
           {"accuracy", "REAL"},
           {"diversity", "REAL"},
           kRowHash},
          {"PRIMARY KEY (trial, step)"}};
}

TableSpec curve_metrics_table() {
  TableSpec table = {
      "curve_metrics",
      {{"trial", "INTEGER NOT NULL"},
       {"step", "INTEGER NOT NULL"},
       {"layer", "INTEGER NOT NULL"},
       {"split", std::string("TEXT NOT NULL ") + kSplitCheck},
       {"metrics_version", "INTEGER NOT NULL"}},
      {"PRIMARY KEY (trial, step, layer, split)", "FOREIGN KEY (trial, step) REFERENCES curves"}};
  append_metrics(table.columns, MetricSet::kLayer);
  return table;
}

// Either of one trial (trial, layer, split set) or in closed form for all trials of a length and horizon.
TableSpec baselines_table() {
  TableSpec table = {"baselines",
                     {{"baseline", "INTEGER PRIMARY KEY", false},
                      {"sweep", "INTEGER NOT NULL REFERENCES sweeps"},
                      {"name", "TEXT NOT NULL"},
                      {"trial", "INTEGER REFERENCES results"},
                      {"layer", "INTEGER"},
                      {"split", std::string("TEXT ") + kSplitCheck},
                      {"length", "INTEGER"},
                      {"horizon", "INTEGER"},
                      {"metrics_version", "INTEGER NOT NULL"}},
                     {"CHECK ((trial IS NULL) = (length IS NOT NULL))", "UNIQUE (trial, name, layer, split)",
                      "UNIQUE (sweep, name, length, horizon)"}};
  append_metrics(table.columns, MetricSet::kLayer);
  return table;
}

TableSpec events_table() {
  return {"events",
          {{"event", "INTEGER PRIMARY KEY", false},
           {"at", "TEXT NOT NULL"},
           {"kind", "TEXT NOT NULL"},
           {"message", "TEXT NOT NULL"},
           {"trial", "INTEGER REFERENCES trials"},
           {"worker", "INTEGER REFERENCES workers"},
           kRowHash},
          {}};
}

// Arms and how many of their trials are in each state: kept by triggers (triggers.h).
TableSpec arms_table() {
  TableSpec table = {"arms",
                     {{"number", "INTEGER PRIMARY KEY"},
                      {"sweep", "INTEGER NOT NULL REFERENCES sweeps"},
                      {"arm", "TEXT NOT NULL"},
                      {"first_trial", "INTEGER NOT NULL REFERENCES trials"}},
                     {"UNIQUE (sweep, arm)"}};
  for (const std::string_view state : kTrialStateNames)
    table.columns.push_back({std::string(state), "INTEGER NOT NULL"});
  return table;
}

// What the statistics compare: sums/compared_values.h. `summed`: the trial is in arm_sums.
TableSpec trial_values_table() {
  return {"trial_values",
          {{"arm", "INTEGER NOT NULL REFERENCES arms"},
           {"seed", "INTEGER NOT NULL"},
           {"trial", "INTEGER NOT NULL REFERENCES results"},
           {"metrics_version", "INTEGER NOT NULL"},
           {"summed", "INTEGER NOT NULL"},
           {"compared", "BLOB NOT NULL"}},
          {"PRIMARY KEY (arm, seed)"},
          true};
}

// Exact sums over an arm's trials, of its models (`name`: trained) and their nulls: sums/summed_values.h.
TableSpec arm_sums_table() {
  return {"arm_sums",
          {{"arm", "INTEGER NOT NULL REFERENCES arms"},
           {"name", "TEXT NOT NULL"},
           {"layer", "INTEGER NOT NULL"},
           {"split", std::string("TEXT NOT NULL ") + kSplitCheck},
           {"trials", "INTEGER NOT NULL"},
           {"sums", "BLOB NOT NULL"}},
          {"PRIMARY KEY (arm, name, layer, split)"}};
}

// The confirmatory tests of arms whose trials did not change since (triggers.h): statistics/family_tests.h.
TableSpec sign_flip_tests_table() {
  return {"sign_flip_tests",
          {{"arm", "INTEGER NOT NULL REFERENCES arms"},
           {"metric", "TEXT NOT NULL"},
           {"baseline", "INTEGER NOT NULL REFERENCES arms"},
           {"pairs", "INTEGER NOT NULL"},
           {"p", "REAL"}},
          {"PRIMARY KEY (arm, metric)"},
          true};
}

// Data dictionary, also what the long views are made with.
TableSpec metrics_table() {
  return {"metrics",
          {{"metric", "TEXT PRIMARY KEY"},
           {"position", "INTEGER NOT NULL"},
           {"unit", "TEXT NOT NULL"},
           {"scale", "TEXT NOT NULL"},
           {"scope", "TEXT NOT NULL"},
           {"meaning", "TEXT NOT NULL"},
           kRowHash},
          {}};
}

TableSpec t_quantiles_table() {
  return {"t_quantiles", {{"df", "INTEGER PRIMARY KEY"}, {"t", "REAL NOT NULL"}, kRowHash}, {}};
}

TableSpec store_info_table() {
  return {"store_info", {{"name", "TEXT PRIMARY KEY"}, {"value", "TEXT NOT NULL"}, kRowHash}, {}};
}

}  // namespace

std::vector<TableSpec> store_tables() {
  return {sweeps_table(),           amendments_table(),      trials_table(),        workers_table(),
          attempts_table(),         results_table(),         layer_metrics_table(), head_metrics_table(),
          sequence_metrics_table(), node_fidelity_table(),   curves_table(),        curve_metrics_table(),
          baselines_table(),        events_table(),          arms_table(),          trial_values_table(),
          arm_sums_table(),         sign_flip_tests_table(), metrics_table(),       t_quantiles_table(),
          store_info_table()};
}

TableSpec find_table(const std::string& name) {
  std::vector<TableSpec> tables = store_tables();
  const auto found = std::ranges::find(tables, name, &TableSpec::name);
  check(found != tables.end(), "no such table");
  return std::move(*found);
}

std::string create_table_sql(const TableSpec& table) {
  std::vector<std::string> lines;
  for (const ColumnSpec& column : table.columns) lines.push_back(column.name + " " + column.definition);
  lines.insert(lines.end(), table.constraints.begin(), table.constraints.end());
  return "CREATE TABLE " + table.name + " (\n  " + join(lines, ",\n  ") + "\n) STRICT" +
         (table.clustered ? ", WITHOUT ROWID" : "");
}

std::vector<std::string> hashed_columns(const TableSpec& table) {
  std::vector<std::string> names;
  for (const ColumnSpec& column : table.columns) {
    if (column.hashed) names.push_back(column.name);
  }
  return names;
}

}  // namespace headsweep::results
