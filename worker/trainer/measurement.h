// Loss, accuracy and the metrics of every layer of one model on given sequences.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "metrics/measure.h"
#include "metrics/null_measurement.h"
#include "trial/settings.h"
#include "worker/trainer/batches.h"

namespace headsweep::trainer {

// Who measures and who waits; no number depends on it.
struct MeasurementWork {
  std::int64_t threads = 1;                    // of the metrics; the forward pass takes one of LibTorch's
  std::function<void()> sign_of_life = [] {};  // called by the caller's thread every now and then
};

struct MeasurementOptions {
  std::int64_t horizon = 100;
  bool core_only = false;
  bool heads = true;  // false: metrics of layers and of the whole model only
  // Given: measure the nulls that are made of the model's own heads too.
  std::optional<std::int64_t> permuted_draws = std::nullopt;
  MeasurementWork work = {};
};

// All values of all sequences.
struct Measurement {
  double loss;      // mean cross entropy over the loss positions, in double; NaN if there are none
  double accuracy;  // fraction of the loss positions; NaN if there are none
  std::vector<std::vector<metrics::LayerValues>> layers;  // [layer][sequence]
  std::vector<metrics::MetricValues> rollout;             // [sequence], of the whole model
  std::vector<metrics::NullValues> nulls;                 // if asked for
};

// Evaluation mode: no dropout. `flat_parameters` [P]; its dtype and device are those of the forward pass.
// Softmax rows are divided by their sum in double before anything is measured: float32 rows sum to 1 only to
// about 1e-7, and a walk of a million steps would see the difference. Losses come from the logits in double.
// Throws UserError where the attention is no probability (a diverged model).
Measurement measure_model(const trial::Settings& settings, const at::Tensor& flat_parameters,
                          const Sequences& sequences, const MeasurementOptions& options);

// Relative Frobenius norms of each head's columns of an attention output projection (width, heads * k):
// [heads], non-negative, sums to 1.
std::vector<double> head_importance(const at::Tensor& output_weight, std::int64_t heads);

}  // namespace headsweep::trainer
