// Measures, sequence by sequence, what stands beside a model's values: its permuted and its crossed null, and its heads
// with equal weights.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "metrics/measured_nulls.h"
#include "metrics/measurement_jobs.h"

namespace headsweep::metrics {

// Metrics of layers (Scope::kHead ones are NaN) and of the whole model by rollout.
struct NullValues {
  std::string name;  // "permuted", "crossed", "equal_weights"
  std::vector<std::vector<MetricValues>>
      layers;                         // [layer][sequence; of the permuted null: sequence and draw]
  std::vector<MetricValues> rollout;  // the same
};

struct NullOptions {
  std::uint32_t seed;           // of the permuted null's draws
  std::int64_t permuted_draws;  // a sequence; 0: without that null
  std::int64_t horizon;
};

class NullMeasurement {
 public:
  NullMeasurement(std::int64_t sequences, const NullOptions& options);

  // Appends to `jobs` what is to be measured of the next sequence: `layers` are all of its layers, of equal numbers of
  // heads and positions in every call; needed_keys as in MeasureOptions. The jobs borrow both, and this object. What
  // compares heads pair by pair is measured of the permuted null's first draw only: it costs more than all others.
  void add(std::span<const LayerHeads> layers, std::span<const std::int64_t> needed_keys,
           MeasurementJobs& jobs);

  // When all sequences are added and all jobs done.
  [[nodiscard]] std::vector<NullValues> values() const;

 private:
  void make_room(std::size_t layers);
  void add_permuted(std::span<const LayerHeads> layers, const MeasureOptions& options, MeasurementJobs& jobs);
  void add_crossed(std::span<const LayerHeads> layers, const MeasureOptions& options, MeasurementJobs& jobs);

  NullOptions options_;
  std::int64_t sequences_;
  std::int64_t next_ = 0;
  CrossedSequences crossing_;
  std::map<std::int64_t, std::vector<std::int64_t>> keys_;  // of sequences not yet crossed
  NullValues permuted_{"permuted", {}, {}};
  NullValues crossed_{"crossed", {}, {}};
  NullValues equal_weights_{"equal_weights", {}, {}};
};

}  // namespace headsweep::metrics
