// How many seeds an interval of a given width takes, from a first few: Stein's two-stage rule (Stein 1945, Ann. Math.
// Statist. 16, 243-258). The standard deviation s of n0 paired differences fixes n; the interval is then
// mean of all n -+ t(0.975, n0 - 1) s / sqrt(n), which holds its level exactly for normal differences because later seeds
// change the mean but not s.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "results/statistics/statistics.h"

namespace headsweep::results {

// n = ceil((t s / half_width)^2), at least the n0 of `first` and at most `most`. Fewer than two differences say
// nothing: n0.
std::int64_t two_stage_count(const Estimate& first, double half_width, std::int64_t most);

// Of the differences of these seeds alone.
Estimate first_stage(const Difference& difference, std::span<const std::uint32_t> first_seeds);

// Gives the differences of the rule's metric, at the layers and split of the analysis, the interval above.
void use_two_stage_intervals(std::vector<Difference>& differences, const SweepAnalysis& analysis);

}  // namespace headsweep::results
