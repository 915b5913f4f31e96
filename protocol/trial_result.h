// What training and measuring one trial yields: the payload of a finished attempt, as the store keeps it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/metric.h"

namespace headsweep::protocol {

// Which sequences were measured.
enum class Split : std::uint8_t { kTrain, kHeldOut };
std::string_view to_text(Split split);  // "train", "heldout"

// Layer number of rows that describe the whole model (attention rollout).
inline constexpr std::int64_t kWholeModel = -1;

struct LayerMeasurement {
  std::int64_t layer;  // 0 .. layers-1, or kWholeModel
  Split split;
  metrics::MetricSummaries metrics;
};

struct HeadMeasurement {
  std::int64_t layer;
  std::int64_t head;
  Split split;
  std::int64_t unreachable_positions;  // without a way to the sink in the head's graph (graphs/head_graphs.h)
  metrics::MetricSummaries metrics;
};

// One sequence's values of a layer, of a head or of the whole model (rollout).
struct SequenceMeasurement {
  std::int64_t layer;                // 0 .. layers-1, or kWholeModel
  std::optional<std::int64_t> head;  // none: the layer's combination
  Split split;
  std::int64_t sequence;  // 0 .. sequences-1
  metrics::MetricValues metrics;
};

// Fidelity of one position of a layer's combination (metrics/fidelity.h), over the sequences.
struct NodeMeasurement {
  std::int64_t layer;
  Split split;
  std::int64_t position;
  double fidelity;      // mean of phi
  double fidelity_std;  // population standard deviation
  double step;          // mean of the first step that reaches it
  double step_std;
  std::int64_t n;  // sequences
};

// A null measured with the trial's own model or sequences: "untrained", "permuted", "crossed"; and "equal_weights".
struct NullMeasurement {
  std::string null;
  LayerMeasurement measurement;
};

struct CurvePoint {
  std::int64_t step;  // updates done
  double loss;        // of the last batch before it
  double accuracy;
  std::optional<double> diversity;       // of the heads in that batch, as [diversity] penalty has it
  std::vector<LayerMeasurement> layers;  // where [measure] every asks for them
};

struct TrialResult {
  std::int64_t parameters;  // counted on the real tensors
  std::int64_t steps;
  double train_loss;      // mean cross entropy over the loss positions of the measured training sequences
  double train_accuracy;  // fraction
  double loss;            // the same on held-out sequences
  double accuracy;
  std::optional<std::int64_t> steps_to_90;  // first curve step at 90% of the ceiling accuracy
  double train_seconds;
  double measure_seconds;
  std::int64_t tokens;       // positions trained on
  double flops;              // forward and backward, whole training
  std::string step_kind;     // eager | fused
  std::string device;        // "cpu", "cuda:0 NVIDIA H200"
  std::string numerics;      // JSON: step kind, dtype, instruction set or GPU, library version, threads
  std::string build;         // version, commit, LibTorch
  std::string model_file;    // path below the store's folder, or "" if the weights were not kept
  std::string model_sha256;  // of that file
  std::vector<LayerMeasurement> layers;
  std::vector<HeadMeasurement> heads;
  std::vector<NullMeasurement> nulls;
  std::vector<SequenceMeasurement> sequences;  // where [measure] sequence_metrics asks for them
  std::vector<NodeMeasurement> nodes;          // where [measure] node_fidelity asks for them
  std::vector<CurvePoint> curve;
};

}  // namespace headsweep::protocol
