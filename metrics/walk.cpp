#include "metrics/walk.h"

#include <algorithm>
#include <limits>

namespace headsweep::metrics {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// The leading `states` rows and columns.
LowerTriangle leading_block(const LowerTriangle& matrix, std::int64_t states) {
  LowerTriangle block(states);
  std::copy_n(matrix.entries().begin(), block.entries().size(), block.entries().begin());
  return block;
}

}  // namespace

LowerTriangle column_normalised(const LowerTriangle& attention) {
  const std::int64_t n = attention.size();
  std::vector<double> sums(static_cast<std::size_t>(n));
  double* sum = sums.data();
  for (std::int64_t i = 0; i < n; ++i) {
    const double* row = attention.row(i).data();
    for (std::int64_t j = 0; j <= i; ++j) sum[j] += row[j];
  }
  LowerTriangle flow(n);
  for (std::int64_t i = 0; i < n; ++i) {
    const double* row = attention.row(i).data();
    double* out = flow.row(i).data();
    for (std::int64_t j = 0; j <= i; ++j) out[j] = sum[j] > 0 ? row[j] / sum[j] : 0.0;
    if (!(sum[i] > 0)) out[i] = 1;
  }
  return flow;
}

Walk forward_walk(const LowerTriangle& flow) {
  const std::int64_t states = std::max<std::int64_t>(flow.size() - 1, 0);
  Walk walk{leading_block(flow, states), std::vector<double>(static_cast<std::size_t>(states))};
  double* escape = walk.escape.data();
  for (std::int64_t to = flow.size() - 1; to >= 1; --to) {
    const double* row = flow.row(to).data();
    for (std::int64_t from = 0; from < to; ++from) escape[from] += row[from];
  }
  return walk;
}

Walk backward_walk(const LowerTriangle& attention) {
  const std::int64_t states = std::max<std::int64_t>(attention.size() - 1, 0);
  Walk walk{LowerTriangle(states), std::vector<double>(static_cast<std::size_t>(states))};
  for (std::int64_t from = 0; from < states; ++from) {
    const std::int64_t position = states - from;
    const double* row = attention.row(position).data();
    double escape = 0;
    for (std::int64_t j = 0; j < position; ++j) escape += row[j];
    walk.escape[static_cast<std::size_t>(from)] = escape;
    for (std::int64_t to = from; to < states; ++to) walk.moves.at(to, from) = row[states - to];
  }
  return walk;
}

std::vector<double> hitting_times(const Walk& walk) {
  const std::int64_t states = walk.states();
  std::vector<double> times(static_cast<std::size_t>(states));
  // expected[j]: 1 + sum over states i > j already solved of P(j to i) t_i. Moves of probability zero are
  // skipped, because the time from their end may be infinite.
  std::vector<double> expected(static_cast<std::size_t>(states), 1.0);
  for (std::int64_t i = states - 1; i >= 0; --i) {
    const auto state = static_cast<std::size_t>(i);
    const double time = walk.escape[state] > 0 ? expected[state] / walk.escape[state] : kInfinity;
    times[state] = time;
    const double* into = walk.moves.row(i).data();
    for (std::int64_t j = 0; j < i; ++j) {
      if (into[j] > 0) expected[static_cast<std::size_t>(j)] += into[j] * time;
    }
  }
  return times;
}

double progress_probability(const Walk& walk) {
  const auto smallest = std::ranges::min_element(walk.escape);
  return smallest == walk.escape.end() ? kUndefined : *smallest;
}

}  // namespace headsweep::metrics
