// A trial's result as rows of results, layer_metrics, head_metrics, sequence_metrics, node_fidelity, baselines, curves
// and curve_metrics.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/messages.h"
#include "results/row_insert.h"

namespace headsweep::results {

// Prepared statements; no transaction of its own. Throws SQLite::Exception.
class ResultRows {
 public:
  ResultRows(SQLite::Database& database, std::int64_t sweep);

  void insert(protocol::TrialId trial, protocol::AttemptId attempt, const protocol::TrialResult& result,
              const std::string& finished_at);

  // All of it but `results`, curves and curve_metrics: what a measurement of kept weights yields.
  void insert_measurements(protocol::TrialId trial, const protocol::TrialResult& result);

 private:
  void insert_summary(protocol::TrialId trial, protocol::AttemptId attempt,
                      const protocol::TrialResult& result, const std::string& finished_at);
  void insert_layer(protocol::TrialId trial, const protocol::LayerMeasurement& layer);
  void insert_head(protocol::TrialId trial, const protocol::HeadMeasurement& head);
  void insert_null(protocol::TrialId trial, const protocol::NullMeasurement& null);
  void insert_sequence(protocol::TrialId trial, const protocol::SequenceMeasurement& sequence);
  void insert_node(protocol::TrialId trial, const protocol::NodeMeasurement& node);
  void insert_point(protocol::TrialId trial, const protocol::CurvePoint& point);

  std::int64_t sweep_;
  RowInsert results_;
  RowInsert layers_;
  RowInsert heads_;
  RowInsert nulls_;
  RowInsert sequences_;
  RowInsert nodes_;
  RowInsert points_;
  RowInsert point_layers_;
  std::vector<Cell> row_;  // reused
};

}  // namespace headsweep::results
