#include "metrics/null_measurement.h"

#include <memory>
#include <utility>

namespace headsweep::metrics {
namespace {

void make_room_in(NullValues& null, std::size_t layers, std::size_t places) {
  null.layers.assign(layers, std::vector<MetricValues>(places));
  null.rollout.resize(places);
}

void measure(NullValues& null, std::size_t place, std::span<const LayerHeads> layers,
             const MeasureOptions& options) {
  std::vector<LowerTriangle> combined;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    null.layers[l][place] = measure_heads(layers[l], options).combined;
    combined.push_back(combination(layers[l]));
  }
  null.rollout[place] = measure_rollout(combined, options);
}

std::vector<LayerHeads> all_with_equal_weights(std::span<const LayerHeads> layers) {
  std::vector<LayerHeads> equal;
  for (const LayerHeads& layer : layers) equal.push_back(with_equal_weights(layer));
  return equal;
}

std::vector<LayerHeads> all_permuted(std::span<const LayerHeads> layers, PermutedDraw draw) {
  std::vector<LayerHeads> shuffled;
  for (const LayerHeads& layer : layers) {
    draw.layer = static_cast<std::uint32_t>(shuffled.size());
    shuffled.push_back(permuted(layer, draw));
  }
  return shuffled;
}

}  // namespace

NullMeasurement::NullMeasurement(std::int64_t sequences, const NullOptions& options)
    : options_(options), sequences_(sequences), crossing_(sequences) {}

void NullMeasurement::make_room(std::size_t layers) {
  const auto sequences = static_cast<std::size_t>(sequences_);
  make_room_in(permuted_, layers, sequences * static_cast<std::size_t>(options_.permuted_draws));
  make_room_in(crossed_, layers, sequences);
  make_room_in(equal_weights_, layers, sequences);
}

void NullMeasurement::add(std::span<const LayerHeads> layers, std::span<const std::int64_t> needed_keys,
                          MeasurementJobs& jobs) {
  if (next_ == 0) make_room(layers.size());
  MeasureOptions options{options_.horizon, needed_keys};
  options.heads = false;
  jobs.emplace_back([this, layers, options, place = static_cast<std::size_t>(next_)] {
    measure(equal_weights_, place, all_with_equal_weights(layers), options);
  });
  add_permuted(layers, options, jobs);
  add_crossed(layers, options, jobs);
  ++next_;
}

std::vector<NullValues> NullMeasurement::values() const {
  std::vector<NullValues> values;
  if (options_.permuted_draws > 0) values.push_back(permuted_);
  values.push_back(crossed_);
  values.push_back(equal_weights_);
  return values;
}

void NullMeasurement::add_permuted(std::span<const LayerHeads> layers, const MeasureOptions& options,
                                   MeasurementJobs& jobs) {
  for (std::int64_t draw = 0; draw < options_.permuted_draws; ++draw) {
    const PermutedDraw of_sequence{options_.seed, 0, static_cast<std::uint32_t>(next_),
                                   static_cast<std::uint32_t>(draw)};
    const auto place = static_cast<std::size_t>(next_ * options_.permuted_draws + draw);
    jobs.emplace_back([this, layers, own = options, of_sequence, place]() mutable {
      own.pairs = of_sequence.draw == 0;
      measure(permuted_, place, all_permuted(layers, of_sequence), own);
    });
  }
}

void NullMeasurement::add_crossed(std::span<const LayerHeads> layers, const MeasureOptions& options,
                                  MeasurementJobs& jobs) {
  keys_[next_].assign(options.needed_keys.begin(), options.needed_keys.end());
  for (CrossedSequences::Crossed& crossed : crossing_.add(layers)) {
    // Shared, not moved into the job: a std::function can be copied.
    const auto own = std::make_shared<const CrossedSequences::Crossed>(std::move(crossed));
    jobs.emplace_back(
        [this, own, own_options = options, keys = keys_.extract(own->sequence).mapped()]() mutable {
          own_options.needed_keys = keys;
          measure(crossed_, static_cast<std::size_t>(own->sequence), own->layers, own_options);
        });
  }
}

}  // namespace headsweep::metrics
