#include "metrics/fidelity.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "errors/check.h"

namespace headsweep::metrics {

void Peaks::observe(std::span<const double> values, std::int64_t t) {
  for (std::size_t j = 0; j < values.size(); ++j) {
    step[j] = values[j] > phi[j] ? t : step[j];
    phi[j] = std::max(phi[j], values[j]);
  }
}

MinFidelity min_fidelity(const Peaks& peaks) {
  const auto last = peaks.phi.end() - 1;
  const auto inner = std::min_element(peaks.phi.begin(), last);
  if (inner == last) return {std::numeric_limits<double>::quiet_NaN(), -1, 0, *last};
  const auto argmin = inner - peaks.phi.begin();
  return {*inner, argmin, peaks.step[static_cast<std::size_t>(argmin)], std::min(*inner, *last)};
}

FidelityWalk::FidelityWalk(const LowerTriangle& matrix) : matrix_(&matrix), peaks_(matrix.size()) {
  check(matrix.size() >= 1, "fidelity of an empty matrix");
  const std::span<const double> last = matrix.row(matrix.size() - 1);
  row_.assign(last.begin(), last.end());
  next_.resize(row_.size());
  peaks_.observe(row_, t_);
}

void FidelityWalk::advance() {
  multiply_row(row_, *matrix_, next_);
  row_.swap(next_);
  peaks_.observe(row_, ++t_);
}

FidelityWalk walk_to_horizon(const LowerTriangle& matrix, std::int64_t horizon) {
  check(horizon >= 1, "fidelity needs a horizon of at least one step");
  FidelityWalk walk(matrix);
  for (std::int64_t t = 2; t <= horizon; ++t) walk.advance();
  return walk;
}

namespace {

// Whether no smallest peak, with and without the last position, can change any more. What is to come at a position
// after the first is at most the mass outside the first, which never grows; the first only gains, and must lie above
// another inner one already.
bool is_decided(std::span<const double> row, const Peaks& peaks) {
  constexpr double kRounding = 1e-9;
  if (row.size() < 3) return false;
  const double inner = *std::min_element(peaks.phi.begin() + 1, peaks.phi.end() - 1);
  const double moving = std::accumulate(row.begin() + 1, row.end(), 0.0);
  return moving < std::min(inner, peaks.phi.back()) * (1 - kRounding) && row.front() > inner;
}

}  // namespace

ParallelFidelity walk_heads_apart(std::span<const LowerTriangle> heads, std::span<const double> importance,
                                  std::int64_t horizon) {
  constexpr std::int64_t kStepsBetweenLooks = 8;
  check(horizon >= 1 && !heads.empty() && heads.size() == importance.size(),
        "heads, importance or horizon missing");
  ParallelFidelity result{{}, Peaks(heads.front().size())};
  for (const LowerTriangle& head : heads) result.heads.emplace_back(head);
  std::vector<double> average(result.average.phi.size());
  bool decided = false;
  for (std::int64_t t = 1; t <= horizon && !decided; ++t) {
    std::ranges::fill(average, 0.0);
    decided = t % kStepsBetweenLooks == 0;
    for (std::size_t h = 0; h < heads.size(); ++h) {
      if (t > 1) result.heads[h].advance();
      const std::span<const double> row = result.heads[h].row();
      for (std::size_t j = 0; j < average.size(); ++j) average[j] += importance[h] * row[j];
      decided = decided && is_decided(row, result.heads[h].peaks());
    }
    result.average.observe(average, t);
    decided = decided && is_decided(average, result.average);
  }
  return result;
}

}  // namespace headsweep::metrics
