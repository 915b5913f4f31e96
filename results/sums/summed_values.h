// What is summed over the seeds of an arm, for each layer and split: accuracy, loss and every metric of layers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/metric.h"
#include "results/sums/exact_sum.h"

namespace headsweep::results {

// Name of the trained model among those of the nulls.
inline constexpr std::string_view kTrainedName = "trained";

struct SummedValue {
  std::string name;                       // column of `summary`
  std::optional<metrics::Metric> metric;  // none: accuracy, loss
  bool walk_time;                         // summed as log10
};

// In the order in which sums are stored: accuracy, loss, metrics.
const std::vector<SummedValue>& summed_values();

// The names in their order: sums stored under other ones are made anew.
std::string summed_layout();

// One value over the seeds of an arm.
struct ValueSums {
  std::int64_t n = 0;         // seeds with a value
  std::int64_t censored = 0;  // sequences cut, over all seeds
  ExactSum sum;
  ExactSum squares;

  void add(double value, std::int64_t censored_sequences, int sign);
  void add(const ValueSums& other);
};

// One layer and split of an arm: a ValueSums for each of summed_values().
using RowSums = std::vector<ValueSums>;

// The same bytes for the same sums. `squares`: nulls go without.
std::string encode_sums(const RowSums& sums, bool squares);
// Replaces `sums`, whose memory it takes where there is some: a row is 100 KB. False if the bytes are no sums.
[[nodiscard]] bool decode_sums(std::string_view bytes, bool squares, RowSums& sums);

}  // namespace headsweep::results
