#include "worker/trainer/trial_measurement.h"

#include "trial/head_graphs.h"
#include "worker/trainer/batches.h"
#include "worker/trainer/bundle_buffers.h"
#include "worker/trainer/measured_rows.h"

namespace headsweep::trainer {
namespace {

using protocol::Split;

Sequences sequences_of(const trial::Settings& settings, Split split) {
  return measured_sequences(settings,
                            split == Split::kTrain ? tasks::Split::kTraining : tasks::Split::kHeldOut);
}

template <class T>
void append(std::vector<T>& to, std::vector<T> from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

void append_untrained(const trial::Settings& settings, const at::Tensor& parameters,
                      const Sequences& sequences, Split split, MeasurementOptions options,
                      protocol::TrialResult& result) {
  options.heads = false;
  options.permuted_draws.reset();
  const at::Tensor initial = initial_parameters(settings, parameters.scalar_type(), parameters.device());
  const Measurement untrained = measure_model(settings, initial, sequences, options);
  for (protocol::LayerMeasurement& row : layer_measurements(untrained, split)) {
    result.nulls.push_back({"untrained", std::move(row)});
  }
}

void measure_split(const trial::Settings& settings, const at::Tensor& parameters, Split split,
                   const MeasurementOptions& options, protocol::TrialResult& result) {
  const Sequences sequences = sequences_of(settings, split);
  const Measurement trained = measure_model(settings, parameters, sequences, options);
  const bool is_train = split == Split::kTrain;
  (is_train ? result.train_loss : result.loss) = trained.loss;
  (is_train ? result.train_accuracy : result.accuracy) = trained.accuracy;
  append(result.layers, layer_measurements(trained, split));
  append(result.heads, head_measurements(trained, split, trial::unreachable_positions(settings)));
  if (settings.measure.sequence_metrics) append(result.sequences, sequence_measurements(trained, split));
  if (settings.measure.node_fidelity) append(result.nodes, node_measurements(trained, split));
  append_untrained(settings, parameters, sequences, split, options, result);
  append(result.nulls, null_measurements(trained, split));
}

}  // namespace

std::vector<protocol::LayerMeasurement> measure_along_the_way(const trial::Settings& settings,
                                                              const at::Tensor& parameters,
                                                              const MeasurementWork& work) {
  MeasurementOptions options;
  options.horizon = settings.measure.horizon;
  options.core_only = true;
  options.heads = false;
  options.work = work;
  std::vector<protocol::LayerMeasurement> layers;
  for (const Split split : {Split::kTrain, Split::kHeldOut}) {
    append(layers, layer_measurements(
                       measure_model(settings, parameters, sequences_of(settings, split), options), split));
  }
  return layers;
}

void measure_trained(const trial::Settings& settings, const at::Tensor& parameters,
                     const MeasurementWork& work, protocol::TrialResult& result) {
  MeasurementOptions options;
  options.horizon = settings.measure.horizon;
  options.permuted_draws = settings.measure.permuted_draws;
  options.work = work;
  measure_split(settings, parameters, Split::kTrain, options, result);
  measure_split(settings, parameters, Split::kHeldOut, options, result);
}

}  // namespace headsweep::trainer
