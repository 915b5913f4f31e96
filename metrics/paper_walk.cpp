#include "metrics/paper_walk.h"

#include <algorithm>
#include <numeric>

namespace headsweep::metrics {
namespace {

// moves.at(to, from) among all positions but the last: columns of attention, cut where their running sum
// passes one.
LowerTriangle paper_moves(const LowerTriangle& attention) {
  const std::int64_t states = attention.size() - 1;
  LowerTriangle moves(states);
  std::vector<double> running(static_cast<std::size_t>(states));
  for (std::int64_t to = 0; to < states; ++to) {
    const double* row = attention.row(to).data();
    double* out = moves.row(to).data();
    for (std::int64_t from = 0; from <= to; ++from) {
      double& sum = running[static_cast<std::size_t>(from)];
      out[from] = std::min(row[from], std::max(0.0, 1.0 - sum));
      sum += row[from];
    }
  }
  return moves;
}

}  // namespace

std::vector<double> paper_expected_steps(const LowerTriangle& attention) {
  // A survival below this adds nothing to a sum that is at least one, so its row is skipped as an exact zero.
  constexpr double kNegligible = 1e-24;
  std::vector<double> expected(static_cast<std::size_t>(attention.size()));
  const LowerTriangle moves = paper_moves(attention);
  std::vector<double> survival(static_cast<std::size_t>(moves.size()), 1.0);
  std::vector<double> next(survival.size());
  for (int t = 0; t < kPaperStepLimit; ++t) {
    for (std::size_t i = 0; i < survival.size(); ++i) expected[i] += survival[i];
    multiply_row(survival, moves, next);
    for (double& value : next) value = value < kNegligible ? 0.0 : value;
    survival.swap(next);
  }
  return expected;
}

double paper_mixing_time(const LowerTriangle& attention) {
  const std::vector<double> expected = paper_expected_steps(attention);
  return std::accumulate(expected.begin(), expected.end(), 0.0) / static_cast<double>(attention.size());
}

}  // namespace headsweep::metrics
