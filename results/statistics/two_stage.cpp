#include "results/statistics/two_stage.h"

#include <algorithm>
#include <cmath>

#include "results/statistics/student_t.h"

namespace headsweep::results {
namespace {

constexpr double kCoverage = 0.95;

}  // namespace

std::int64_t two_stage_count(const Estimate& first, double half_width, std::int64_t most) {
  if (first.n < 2) return first.n;
  const double t = student_t_quantile(kCoverage, first.n - 1);
  const double wanted = std::ceil(std::pow(t * first.sd / half_width, 2));
  const auto least = static_cast<double>(first.n);
  return static_cast<std::int64_t>(std::clamp(wanted, least, std::max(least, static_cast<double>(most))));
}

Estimate first_stage(const Difference& difference, std::span<const std::uint32_t> first_seeds) {
  std::vector<double> values;
  for (const SeedDifference& seed : difference.seeds) {
    if (std::ranges::find(first_seeds, seed.seed) != first_seeds.end()) values.push_back(seed.difference);
  }
  return estimate_mean(values);
}

void use_two_stage_intervals(std::vector<Difference>& differences, const SweepAnalysis& analysis) {
  for (Difference& difference : differences) {
    const Place& place = difference.place;
    const bool follows_rule = metrics::metric_info(place.metric).name == analysis.replicate->metric &&
                              place.layer == analysis.layers;
    const Estimate first = first_stage(difference, analysis.replicate->first_seeds);
    if (!follows_rule || first.n < 2) continue;
    Estimate& all = difference.estimate;
    const double half =
        student_t_quantile(kCoverage, first.n - 1) * first.sd / std::sqrt(static_cast<double>(all.n));
    all.low = all.mean - half;
    all.high = all.mean + half;
    difference.two_stage = true;
  }
}

}  // namespace headsweep::results
