#include "worker/trainer/measured_rows.h"

#include <cmath>

namespace headsweep::trainer {
namespace {

std::int64_t number(std::size_t index) {
  return static_cast<std::int64_t>(index);
}

struct MeanAndDeviation {
  double mean;
  double deviation;
};

// value(sequence) over the sequences of a layer, at least one; population standard deviation.
template <class Value>
MeanAndDeviation over_sequences(const std::vector<metrics::LayerValues>& sequences, const Value& value) {
  const auto count = static_cast<double>(sequences.size());
  double sum = 0;
  for (const metrics::LayerValues& values : sequences) sum += value(values);
  const double mean = sum / count;
  double squares = 0;
  for (const metrics::LayerValues& values : sequences)
    squares += (value(values) - mean) * (value(values) - mean);
  return {mean, std::sqrt(squares / count)};
}

}  // namespace

std::vector<protocol::LayerMeasurement> layer_measurements(const Measurement& measured,
                                                           protocol::Split split) {
  std::vector<protocol::LayerMeasurement> rows;
  for (std::size_t layer = 0; layer < measured.layers.size(); ++layer) {
    std::vector<metrics::MetricValues> combined;
    for (const metrics::LayerValues& values : measured.layers[layer]) combined.push_back(values.combined);
    rows.push_back({number(layer), split, metrics::summarize(combined)});
  }
  rows.push_back({protocol::kWholeModel, split, metrics::summarize(measured.rollout)});
  return rows;
}

std::vector<protocol::HeadMeasurement> head_measurements(const Measurement& measured, protocol::Split split,
                                                         std::span<const std::int64_t> unreachable) {
  std::vector<protocol::HeadMeasurement> rows;
  for (std::size_t layer = 0; layer < measured.layers.size(); ++layer) {
    const auto& sequences = measured.layers[layer];
    const std::size_t heads = sequences.empty() ? 0 : sequences.front().heads.size();
    for (std::size_t head = 0; head < heads; ++head) {
      std::vector<metrics::MetricValues> of_head;
      for (const metrics::LayerValues& values : sequences) of_head.push_back(values.heads[head]);
      rows.push_back({number(layer), number(head), split, unreachable[head], metrics::summarize(of_head)});
    }
  }
  return rows;
}

std::vector<protocol::NullMeasurement> null_measurements(const Measurement& measured, protocol::Split split) {
  std::vector<protocol::NullMeasurement> rows;
  for (const metrics::NullValues& null : measured.nulls) {
    for (std::size_t layer = 0; layer < null.layers.size(); ++layer) {
      rows.push_back({null.name, {number(layer), split, metrics::summarize(null.layers[layer])}});
    }
    rows.push_back({null.name, {protocol::kWholeModel, split, metrics::summarize(null.rollout)}});
  }
  return rows;
}

std::vector<protocol::SequenceMeasurement> sequence_measurements(const Measurement& measured,
                                                                 protocol::Split split) {
  std::vector<protocol::SequenceMeasurement> rows;
  for (std::size_t layer = 0; layer < measured.layers.size(); ++layer) {
    for (std::size_t s = 0; s < measured.layers[layer].size(); ++s) {
      const metrics::LayerValues& values = measured.layers[layer][s];
      rows.push_back({number(layer), std::nullopt, split, number(s), values.combined});
      for (std::size_t head = 0; head < values.heads.size(); ++head) {
        rows.push_back({number(layer), number(head), split, number(s), values.heads[head]});
      }
    }
  }
  for (std::size_t s = 0; s < measured.rollout.size(); ++s) {
    rows.push_back({protocol::kWholeModel, std::nullopt, split, number(s), measured.rollout[s]});
  }
  return rows;
}

std::vector<protocol::NodeMeasurement> node_measurements(const Measurement& measured, protocol::Split split) {
  std::vector<protocol::NodeMeasurement> rows;
  for (std::size_t layer = 0; layer < measured.layers.size(); ++layer) {
    const std::vector<metrics::LayerValues>& sequences = measured.layers[layer];
    const std::size_t positions = sequences.front().node_fidelity.size();
    for (std::size_t j = 0; j < positions; ++j) {
      const auto phi = over_sequences(
          sequences, [j](const metrics::LayerValues& values) { return values.node_fidelity[j]; });
      const auto step = over_sequences(sequences, [j](const metrics::LayerValues& values) {
        return static_cast<double>(values.node_fidelity_t[j]);
      });
      rows.push_back({number(layer), split, number(j), phi.mean, phi.deviation, step.mean, step.deviation,
                      number(sequences.size())});
    }
  }
  return rows;
}

}  // namespace headsweep::trainer
