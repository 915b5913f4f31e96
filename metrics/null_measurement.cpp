#include "metrics/null_measurement.h"

#include <utility>

namespace headsweep::metrics {

NullMeasurement::NullMeasurement(std::int64_t sequences, const NullOptions& options)
    : options_(options), crossing_(sequences) {}

void NullMeasurement::add(std::span<const LayerHeads> layers, std::span<const std::int64_t> needed_keys) {
  MeasureOptions options{options_.horizon, needed_keys};
  options.heads = false;
  std::vector<LayerHeads> equal;
  for (const LayerHeads& layer : layers) equal.push_back(with_equal_weights(layer));
  measure(equal_weights_, equal, options);
  measure_permuted(layers, options);
  measure_crossed(layers, options);
  ++next_;
}

std::vector<NullValues> NullMeasurement::values() const {
  std::vector<NullValues> values;
  if (options_.permuted_draws > 0) values.push_back(permuted_);
  values.push_back(crossed_);
  values.push_back(equal_weights_);
  return values;
}

void NullMeasurement::measure(NullValues& null, std::span<const LayerHeads> layers,
                              const MeasureOptions& options) {
  null.layers.resize(layers.size());
  std::vector<LowerTriangle> combined;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    null.layers[l].push_back(measure_heads(layers[l], options).combined);
    combined.push_back(combination(layers[l]));
  }
  null.rollout.push_back(measure_rollout(combined, options));
}

void NullMeasurement::measure_permuted(std::span<const LayerHeads> layers, MeasureOptions options) {
  for (std::int64_t draw = 0; draw < options_.permuted_draws; ++draw) {
    std::vector<LayerHeads> shuffled;
    for (const LayerHeads& layer : layers) {
      shuffled.push_back(
          permuted(layer, {options_.seed, static_cast<std::uint32_t>(shuffled.size()),
                           static_cast<std::uint32_t>(next_), static_cast<std::uint32_t>(draw)}));
    }
    options.pairs = draw == 0;
    measure(permuted_, shuffled, options);
  }
}

void NullMeasurement::measure_crossed(std::span<const LayerHeads> layers, const MeasureOptions& options) {
  keys_[next_].assign(options.needed_keys.begin(), options.needed_keys.end());
  for (const CrossedSequences::Crossed& crossed : crossing_.add(layers)) {
    const auto keys = keys_.extract(crossed.sequence);
    MeasureOptions own = options;
    own.needed_keys = keys.mapped();
    measure(crossed_, crossed.layers, own);
  }
}

}  // namespace headsweep::metrics
