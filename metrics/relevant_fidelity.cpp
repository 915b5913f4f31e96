// What arrives of the key that each target depends on.
#include <algorithm>
#include <limits>

#include "errors/check.h"
#include "metrics/fidelity.h"

namespace headsweep::metrics {
namespace {

// For one key: by position i in [key, end), max over t of (c^t)(i, key). Only positions between the key and i
// can lie on the way, so a block of `end - key` positions suffices; it is walked from all its starts at once.
std::vector<double> peaks_from_key(const LowerTriangle& matrix, std::int64_t key, std::int64_t end,
                                   std::int64_t horizon) {
  const std::int64_t count = end - key;
  // Reversed and transposed, the column (c^t)(., key) becomes a row: element s stands for position end-1-s.
  LowerTriangle block(count);
  for (std::int64_t i = key; i < end; ++i) {
    const std::span<const double> row = matrix.row(i);
    for (std::int64_t k = key; k <= i; ++k)
      block.at(end - 1 - k, end - 1 - i) = row[static_cast<std::size_t>(k)];
  }
  std::vector<double> column(static_cast<std::size_t>(count));
  std::vector<double> next(column.size());
  column.back() = 1;  // the key itself, at t = 0
  std::vector<double> peaks(column.size());
  for (std::int64_t t = 1; t <= horizon; ++t) {
    multiply_row(column, block, next);
    column.swap(next);
    for (std::size_t s = 0; s < peaks.size(); ++s) peaks[s] = std::max(peaks[s], column[s]);
  }
  std::ranges::reverse(peaks);
  return peaks;
}

}  // namespace

double relevant_fidelity(const LowerTriangle& matrix, std::span<const std::int64_t> needed_keys,
                         std::int64_t horizon) {
  const std::int64_t n = matrix.size();
  check(std::ssize(needed_keys) == n, "one needed key a position");
  std::vector<std::int64_t> end(
      static_cast<std::size_t>(n));  // by key: one past the last position that needs it
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t key = needed_keys[static_cast<std::size_t>(i)];
    check(key <= i, "a needed key lies in the future");
    if (key >= 0) end[static_cast<std::size_t>(key)] = i + 1;
  }
  double sum = 0;
  std::int64_t count = 0;
  for (std::int64_t key = 0; key < n; ++key) {
    if (end[static_cast<std::size_t>(key)] == 0) continue;
    const std::vector<double> peaks =
        peaks_from_key(matrix, key, end[static_cast<std::size_t>(key)], horizon);
    for (std::int64_t i = key; i < end[static_cast<std::size_t>(key)]; ++i) {
      if (needed_keys[static_cast<std::size_t>(i)] != key) continue;
      sum += peaks[static_cast<std::size_t>(i - key)];
      ++count;
    }
  }
  return count > 0 ? sum / static_cast<double>(count) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace headsweep::metrics
