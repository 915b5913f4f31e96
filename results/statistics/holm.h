// Several tests at once: Holm's step-down correction (Holm 1979, Scand. J. Statist. 6, 65-70).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace headsweep::results {

inline constexpr double kAlpha = 0.05;  // chance of any false rejection in the confirmatory family

// Adjusted p-values, in the order given: of the k-th smallest p of m, the largest of (m - j + 1) p_j over j <= k, at
// most 1. A hypothesis is rejected where that is at most kAlpha.
std::vector<double> holm_adjusted(std::span<const double> p_values);

// Pairs from which on a family of so many tests can reject at all: 2^(1-n) <= kAlpha / tests.
std::int64_t pairs_to_reject(std::int64_t tests);

}  // namespace headsweep::results
