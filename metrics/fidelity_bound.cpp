// How far a position's share of the sink can still rise: decides fidelity_censored without walking for ever.
#include <algorithm>

#include "metrics/fidelity.h"

namespace headsweep::metrics {
namespace {

double escape(std::span<const double> row) {
  double sum = 0;
  for (const double entry : row.first(row.size() - 1)) sum += entry;
  return sum;
}

// By position i >= target: the probability to visit `target` ever, starting in i.
std::vector<double> reach(const LowerTriangle& matrix, std::int64_t target) {
  const std::int64_t n = matrix.size();
  std::vector<double> reaching(static_cast<std::size_t>(n));
  reaching[static_cast<std::size_t>(target)] = 1;
  for (std::int64_t i = target + 1; i < n; ++i) {
    const std::span<const double> row = matrix.row(i);
    const double leave = escape(row);
    double sum = 0;
    for (std::int64_t k = target; k < i; ++k) {
      sum += row[static_cast<std::size_t>(k)] * reaching[static_cast<std::size_t>(k)];
    }
    reaching[static_cast<std::size_t>(i)] = leave > 0 ? sum / leave : 0.0;
  }
  return reaching;
}

// An upper bound of all later values at `target`, given the present row. Two bounds hold. What is to come
// cannot exceed the mass that reaches the target at all. And with inflow at most I, x' = stay x + I never
// exceeds max(x, I / escape): applied from the last position down, each bound feeds the next.
double supremum(const LowerTriangle& matrix, std::span<const double> row, std::span<const double> reaching,
                std::int64_t target) {
  const std::int64_t n = matrix.size();
  std::vector<double> inflow(static_cast<std::size_t>(n));
  double mass = 0;
  double bound = 0;
  for (std::int64_t i = n - 1; i >= target; --i) {
    const auto position = static_cast<std::size_t>(i);
    const std::span<const double> out = matrix.row(i);
    const double leave = escape(out);
    mass += row[position];
    bound = row[position];
    if (inflow[position] > 0) {
      bound = leave > 0 ? std::min(mass, std::max(bound, inflow[position] / leave)) : mass;
    }
    for (std::int64_t k = target; k < i; ++k) {
      inflow[static_cast<std::size_t>(k)] += bound * out[static_cast<std::size_t>(k)];
    }
  }
  double arriving = 0;
  for (std::int64_t i = target; i < n; ++i) {
    arriving += row[static_cast<std::size_t>(i)] * reaching[static_cast<std::size_t>(i)];
  }
  return std::min(bound, arriving);
}

}  // namespace

bool may_still_rise(const FidelityWalk& walk, std::int64_t position) {
  constexpr int kFurtherSteps = 1000;
  constexpr int kStepsBetweenBounds = 16;
  const auto index = static_cast<std::size_t>(position);
  const double limit = walk.peaks().phi[index] * (1 + 1e-12);
  const std::vector<double> reaching = reach(walk.matrix(), position);
  std::vector<double> row(walk.row().begin(), walk.row().end());
  std::vector<double> next(row.size());
  for (int step = 0; step < kFurtherSteps; ++step) {
    if (row[index] > limit) return true;
    if (step % kStepsBetweenBounds == 0 && supremum(walk.matrix(), row, reaching, position) <= limit)
      return false;
    multiply_row(row, walk.matrix(), next);
    row.swap(next);
  }
  return true;
}

}  // namespace headsweep::metrics
