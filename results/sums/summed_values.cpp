#include "results/sums/summed_values.h"

#include <cmath>

#include "results/sums/varint.h"

namespace headsweep::results {

const std::vector<SummedValue>& summed_values() {
  static const std::vector<SummedValue> values = [] {
    std::vector<SummedValue> list = {{"accuracy", std::nullopt, false}, {"loss", std::nullopt, false}};
    for (const metrics::MetricInfo& info : metrics::all_metrics()) {
      if (info.scope == metrics::Scope::kHead) continue;
      list.push_back({std::string(info.name), info.metric, info.scale == metrics::Scale::kWalkTime});
    }
    return list;
  }();
  return values;
}

std::string summed_layout() {
  std::string names;
  for (const SummedValue& value : summed_values()) names += value.name + (value.walk_time ? "*," : ",");
  return names;
}

void ValueSums::add(double value, std::int64_t censored_sequences, int sign) {
  censored += sign * censored_sequences;
  if (!std::isfinite(value)) return;
  n += sign;
  sum.add(value, sign);
  squares.add_square(value, sign);
}

void ValueSums::add(const ValueSums& other) {
  n += other.n;
  censored += other.censored;
  sum.add(other.sum);
  squares.add(other.squares);
}

std::string encode_sums(const RowSums& sums, bool squares) {
  std::string bytes;
  for (const ValueSums& value : sums) {
    append_varint(bytes, static_cast<std::uint64_t>(value.n));
    append_varint(bytes, static_cast<std::uint64_t>(value.censored));
    value.sum.append_to(bytes);
    if (squares) value.squares.append_to(bytes);
  }
  return bytes;
}

bool decode_sums(std::string_view bytes, bool squares, RowSums& sums) {
  sums.resize(summed_values().size());
  for (ValueSums& value : sums) {
    std::uint64_t n = 0;
    std::uint64_t censored = 0;
    if (!take_varint(bytes, n) || !take_varint(bytes, censored) || !value.sum.take_from(bytes)) return false;
    if (!squares) value.squares = {};
    if (squares && !value.squares.take_from(bytes)) return false;
    value.n = static_cast<std::int64_t>(n);
    value.censored = static_cast<std::int64_t>(censored);
  }
  return bytes.empty();
}

}  // namespace headsweep::results
