// Rounding errors against exact rational arithmetic on attention whose entries are multiples of 1/64.
#include <algorithm>
#include <cmath>

#include <gmpxx.h>
#include <gtest/gtest.h>

#include "sample_attention.h"

namespace headsweep::metrics {
namespace {

constexpr double kTolerance = 2e-15;  // relative: 9 units in the last place
constexpr int kHorizon = 40;          // of fidelity: the denominators are 2^(6 t)
using Rational = mpq_class;
using Matrix = std::vector<std::vector<Rational>>;

Matrix exact(const std::vector<double>& dense, std::size_t n) {
  Matrix matrix(n, std::vector<Rational>(n));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) matrix[i][j] = Rational(dense[i * n + j]);
  }
  return matrix;
}

void expect_exact(double actual, const Rational& expected, const char* what) {
  if (expected == 0) {
    EXPECT_EQ(actual, 0) << what;
    return;
  }
  const Rational error = abs(Rational(actual) - expected) / abs(expected);
  EXPECT_LE(error.get_d(), kTolerance) << what << ": " << actual;
}

// transitions[i][j] from i to j; the sink does not move. Every walk here leaves its states in one order, which
// `order` gives from the sink outward.
std::vector<Rational> exact_hitting(const Matrix& transitions, const std::vector<std::size_t>& order) {
  std::vector<Rational> times(order.size());
  for (std::size_t k = 1; k < order.size(); ++k) {
    const std::size_t i = order[k];
    Rational sum = 1;
    for (std::size_t m = 1; m < k; ++m) sum += transitions[i][order[m]] * times[order[m]];
    times[i] = sum / (1 - transitions[i][i]);
  }
  return times;
}

void expect_hitting(const std::vector<Rational>& times, double mean, double max) {
  Rational sum = 0;
  for (const Rational& time : times) sum += time;
  expect_exact(mean, sum / static_cast<long>(times.size() - 1), "mean hitting time");
  expect_exact(max, *std::ranges::max_element(times), "largest hitting time");
}

Rational exact_paper_mixing(const Matrix& attention) {
  const std::size_t n = attention.size();
  Matrix jumps(n, std::vector<Rational>(n));
  for (std::size_t i = 0; i < n; ++i) {
    Rational sum = 0;
    for (std::size_t j = 0; j < n; ++j) {
      const Rational before = std::min(Rational(1), sum);
      sum += attention[j][i];
      jumps[i][j] = std::min(Rational(1), sum) - before;
    }
  }
  std::vector<Rational> survival(n - 1, Rational(1));
  Rational total = 0;
  for (int t = 0; t < 100; ++t) {
    std::vector<Rational> next(n - 1);
    for (std::size_t i = 0; i + 1 < n; ++i) {
      total += survival[i];
      for (std::size_t j = i; j + 1 < n; ++j) next[i] += jumps[i][j] * survival[j];
    }
    survival = next;
  }
  return total / static_cast<long>(n);
}

// Minimum over the positions before the last of the maximum over t of (c^t)(n-1, j).
Rational exact_fidelity(const Matrix& attention) {
  const std::size_t n = attention.size();
  std::vector<Rational> row(n);
  row[n - 1] = 1;
  std::vector<Rational> phi(n);
  for (int t = 1; t <= kHorizon; ++t) {
    std::vector<Rational> next(n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) next[j] += row[i] * attention[i][j];
    }
    row = next;
    for (std::size_t j = 0; j < n; ++j) phi[j] = std::max(phi[j], row[j]);
  }
  return *std::min_element(phi.begin(), phi.end() - 1);
}

Matrix exact_forward(const Matrix& attention) {
  const std::size_t n = attention.size();
  Matrix transitions(n, std::vector<Rational>(n));
  for (std::size_t j = 0; j < n; ++j) {
    Rational sum = 0;
    for (const auto& row : attention) sum += row[j];
    for (std::size_t i = 0; i < n; ++i)
      transitions[j][i] = sum == 0 ? Rational(i == j) : Rational(attention[i][j] / sum);
  }
  return transitions;
}

TEST(ExactArithmetic, ErrorsAgainstRationals) {
  for (std::size_t n = 2; n <= 12; ++n) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      SCOPED_TRACE(testing::Message() << "n " << n << ", seed " << seed);
      const auto size = static_cast<std::int64_t>(n);
      const SampleLayer layer = single_head(dyadic_attention(100 * n + seed, size), size);
      MeasureOptions options;
      options.horizon = kHorizon;
      const MetricValues values = measure_layer(layer.view(), options).combined;
      const Matrix attention = exact(layer.attention, n);
      std::vector<std::size_t> order(n);
      for (std::size_t i = 0; i < n; ++i) order[i] = i;
      expect_hitting(exact_hitting(attention, order), values[Metric::kHittingTimeBackwardMean],
                     values[Metric::kHittingTimeBackwardMax]);
      if (std::isfinite(values[Metric::kHittingTimeForwardMax])) {
        std::ranges::reverse(order);
        expect_hitting(exact_hitting(exact_forward(attention), order),
                       values[Metric::kHittingTimeForwardMean], values[Metric::kHittingTimeForwardMax]);
      }
      expect_exact(values[Metric::kMixingTimePaper], exact_paper_mixing(attention), "paper mixing time");
      expect_exact(values[Metric::kFidelityMinInner], exact_fidelity(attention), "inner fidelity");
    }
  }
}

}  // namespace
}  // namespace headsweep::metrics
