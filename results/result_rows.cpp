#include "results/result_rows.h"

#include "results/cells.h"
#include "results/metric_columns.h"
#include "results/tables.h"

namespace headsweep::results {
namespace {

RowInsert insert_into(SQLite::Database& database, const std::string& table) {
  return {database, table, hashed_columns(find_table(table))};
}

Cell split_cell(protocol::Split split) {
  return std::string(protocol::to_text(split));
}

std::int64_t count(std::size_t size) {
  return static_cast<std::int64_t>(size);
}

std::int64_t curve_layer_rows(const protocol::TrialResult& result) {
  std::size_t rows = 0;
  for (const protocol::CurvePoint& point : result.curve) rows += point.layers.size();
  return count(rows);
}

}  // namespace

ResultRows::ResultRows(SQLite::Database& database, std::int64_t sweep)
    : sweep_(sweep),
      results_(insert_into(database, "results")),
      layers_(insert_into(database, "layer_metrics")),
      heads_(insert_into(database, "head_metrics")),
      nulls_(insert_into(database, "baselines")),
      sequences_(insert_into(database, "sequence_metrics")),
      nodes_(insert_into(database, "node_fidelity")),
      points_(insert_into(database, "curves")),
      point_layers_(insert_into(database, "curve_metrics")) {}

void ResultRows::insert(protocol::TrialId trial, protocol::AttemptId attempt,
                        const protocol::TrialResult& result, const std::string& finished_at) {
  insert_summary(trial, attempt, result, finished_at);
  insert_measurements(trial, result);
  for (const protocol::CurvePoint& point : result.curve) insert_point(trial, point);
}

void ResultRows::insert_measurements(protocol::TrialId trial, const protocol::TrialResult& result) {
  for (const protocol::LayerMeasurement& layer : result.layers) insert_layer(trial, layer);
  for (const protocol::HeadMeasurement& head : result.heads) insert_head(trial, head);
  for (const protocol::NullMeasurement& null : result.nulls) insert_null(trial, null);
  for (const protocol::SequenceMeasurement& sequence : result.sequences) insert_sequence(trial, sequence);
  for (const protocol::NodeMeasurement& node : result.nodes) insert_node(trial, node);
}

void ResultRows::insert_summary(protocol::TrialId trial, protocol::AttemptId attempt,
                                const protocol::TrialResult& result, const std::string& finished_at) {
  row_ = {trial,
          attempt,
          kMetricsVersion,
          result.parameters,
          result.steps,
          real_cell(result.train_loss),
          real_cell(result.train_accuracy),
          real_cell(result.loss),
          real_cell(result.accuracy),
          optional_cell(result.steps_to_90),
          real_cell(result.train_seconds),
          real_cell(result.measure_seconds),
          result.tokens,
          real_cell(result.flops),
          result.step_kind,
          result.device,
          result.numerics,
          result.build,
          text_cell(result.model_file),
          text_cell(result.model_sha256),
          count(result.layers.size()),
          count(result.heads.size()),
          count(result.nulls.size()),
          count(result.curve.size()),
          curve_layer_rows(result),
          count(result.sequences.size()),
          count(result.nodes.size()),
          finished_at};
  results_(row_);
}

void ResultRows::insert_layer(protocol::TrialId trial, const protocol::LayerMeasurement& layer) {
  row_ = {trial, layer.layer, split_cell(layer.split), kMetricsVersion};
  append_metric_cells(layer.metrics, MetricSet::kLayer, row_);
  layers_(row_);
}

void ResultRows::insert_head(protocol::TrialId trial, const protocol::HeadMeasurement& head) {
  row_ = {trial, head.layer, head.head, split_cell(head.split), kMetricsVersion, head.unreachable_positions};
  append_metric_cells(head.metrics, MetricSet::kHead, row_);
  heads_(row_);
}

void ResultRows::insert_null(protocol::TrialId trial, const protocol::NullMeasurement& null) {
  const protocol::LayerMeasurement& layer = null.measurement;
  row_ = {sweep_, null.null, trial, layer.layer, split_cell(layer.split), Cell(), Cell(), kMetricsVersion};
  append_metric_cells(layer.metrics, MetricSet::kLayer, row_);
  nulls_(row_);
}

void ResultRows::insert_sequence(protocol::TrialId trial, const protocol::SequenceMeasurement& sequence) {
  row_ = {trial,
          sequence.layer,
          optional_cell(sequence.head),
          split_cell(sequence.split),
          sequence.sequence,
          kMetricsVersion};
  append_sequence_cells(sequence.metrics, row_);
  sequences_(row_);
}

void ResultRows::insert_node(protocol::TrialId trial, const protocol::NodeMeasurement& node) {
  row_ = {trial,
          node.layer,
          split_cell(node.split),
          node.position,
          kMetricsVersion,
          real_cell(node.fidelity),
          real_cell(node.fidelity_std),
          real_cell(node.step),
          real_cell(node.step_std),
          node.n};
  nodes_(row_);
}

void ResultRows::insert_point(protocol::TrialId trial, const protocol::CurvePoint& point) {
  row_ = {trial, point.step, real_cell(point.loss), real_cell(point.accuracy),
          point.diversity ? real_cell(*point.diversity) : Cell()};
  points_(row_);
  for (const protocol::LayerMeasurement& layer : point.layers) {
    row_ = {trial, point.step, layer.layer, split_cell(layer.split), kMetricsVersion};
    append_metric_cells(layer.metrics, MetricSet::kLayer, row_);
    point_layers_(row_);
  }
}

}  // namespace headsweep::results
