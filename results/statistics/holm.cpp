#include "results/statistics/holm.h"

#include <algorithm>
#include <numeric>

#include "results/statistics/sign_flip.h"

namespace headsweep::results {

std::vector<double> holm_adjusted(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p_values[i]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    largest = std::max(largest, static_cast<double>(order.size() - k) * p_values[order[k]]);
    adjusted[order[k]] = std::min(1.0, largest);
  }
  return adjusted;
}

std::int64_t pairs_to_reject(std::int64_t tests) {
  std::int64_t pairs = kFewestPairs;
  while (pairs < kMostExactPairs && smallest_sign_flip_p(pairs) * static_cast<double>(tests) > kAlpha)
    ++pairs;
  return pairs;
}

}  // namespace headsweep::results
