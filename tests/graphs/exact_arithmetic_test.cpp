// Errors of double precision, bounded against exact rational arithmetic for n <= 12.
#include <numeric>

#include <gtest/gtest.h>

#include "dense_reference.h"
#include "graphs/fidelity.h"
#include "graphs/hitting.h"

namespace headsweep::graphs {
namespace {

__extension__ using Integer = __int128;  // exact: Fraction fails the test where a value does not fit

constexpr double kTolerance = 1e-14;  // relative

// A rational number in lowest terms.
class Fraction {
 public:
  Fraction(Integer numerator, Integer denominator = 1) {  // NOLINT: numbers are fractions
    Integer a = numerator;
    Integer b = denominator;
    while (b != 0) std::swap(a %= b, b);
    numerator_ = numerator / a;
    denominator_ = denominator / a;
  }

  friend Fraction operator+(const Fraction& a, const Fraction& b) {
    const Integer common = greatest_divisor(a.denominator_, b.denominator_);
    const Integer scale = b.denominator_ / common;
    const Integer left = product(a.numerator_, scale);
    const Integer right = product(b.numerator_, a.denominator_ / common);
    Integer sum = 0;
    if (__builtin_add_overflow(left, right, &sum)) ADD_FAILURE() << "the exact numbers do not fit";
    return {sum, product(a.denominator_, scale)};
  }
  friend Fraction operator*(const Fraction& a, const Fraction& b) {
    const Fraction cross(a.numerator_, b.denominator_);
    const Fraction other(b.numerator_, a.denominator_);
    return {product(cross.numerator_, other.numerator_), product(cross.denominator_, other.denominator_)};
  }
  friend Fraction operator/(const Fraction& a, const Fraction& b) {
    return a * Fraction(b.denominator_, b.numerator_);
  }
  [[nodiscard]] double rounded() const {
    return static_cast<double>(static_cast<long double>(numerator_) / static_cast<long double>(denominator_));
  }

 private:
  static Integer greatest_divisor(Integer a, Integer b) {
    while (b != 0) std::swap(a %= b, b);
    return a;
  }
  static Integer product(Integer a, Integer b) {
    Integer result = 0;
    if (__builtin_mul_overflow(a, b, &result)) ADD_FAILURE() << "the exact numbers do not fit";
    return result;
  }

  Integer numerator_;
  Integer denominator_;
};

Fraction eighths(double weight) {
  return {static_cast<Integer>(weight * 8), 8};
}

// Of the graph's attention: [query][key].
std::vector<std::vector<Fraction>> exact_attention(const CausalGraph& graph) {
  const auto n = static_cast<std::size_t>(graph.size());
  std::vector<std::vector<Fraction>> rows(n, std::vector<Fraction>(n, Fraction(0)));
  for (std::size_t i = 0; i < n; ++i) {
    const auto query = static_cast<std::int64_t>(i);
    for (std::size_t e = 0; e < graph.keys(query).size(); ++e) {
      rows[i][static_cast<std::size_t>(graph.keys(query)[e])] = eighths(graph.attention(query)[e]);
    }
  }
  return rows;
}

TEST(ExactArithmetic, BackwardHittingTimes) {
  for (std::uint32_t seed = 0; seed < 30; ++seed) {
    const CausalGraph graph = testing::random_weighted_graph(12, seed);
    const auto c = exact_attention(graph);
    const HittingTimes times = hitting_times(graph, Direction::kBackward);
    std::vector<Fraction> exact = {Fraction(0)};
    for (std::size_t i = 1; i < c.size(); ++i) {
      Fraction expected(1);
      Fraction escape(0);
      for (std::size_t j = 0; j < i; ++j) {
        expected = expected + c[i][j] * exact[j];
        escape = escape + c[i][j];
      }
      exact.push_back(expected / escape);
      EXPECT_NEAR(times.steps[i], exact[i].rounded(), kTolerance * exact[i].rounded()) << "seed " << seed;
    }
  }
}

TEST(ExactArithmetic, ForwardHittingTimes) {
  for (std::uint32_t seed = 0; seed < 30; ++seed) {
    const CausalGraph graph = testing::random_weighted_graph(12, seed);
    const auto c = exact_attention(graph);
    const HittingTimes times = hitting_times(graph, Direction::kForward);
    std::vector<Fraction> exact(c.size(), Fraction(0));
    for (std::size_t j = c.size() - 1; j-- > 0;) {
      Fraction column = c[j][j];
      Fraction moving(0);
      Fraction weighted(0);
      for (std::size_t i = j + 1; i < c.size(); ++i) {
        column = column + c[i][j];
        moving = moving + c[i][j];
        weighted = weighted + c[i][j] * exact[i];
      }
      // (1 + sum W t) / sum W with W = c / column.
      exact[j] = (column + weighted) / moving;
      EXPECT_NEAR(times.steps[j], exact[j].rounded(), kTolerance * exact[j].rounded()) << "seed " << seed;
    }
  }
}

TEST(ExactArithmetic, Fidelity) {
  constexpr std::int64_t kSteps = 40;  // 8^40 = 2^120 is the common denominator
  for (std::uint32_t seed = 0; seed < 30; ++seed) {
    const CausalGraph graph = testing::random_weighted_graph(12, seed);
    const Fidelity measured = fidelity(graph, kSteps);
    std::vector<Integer> row(12, 0);  // in units of 8^-t
    row.back() = 1;
    std::vector<double> peaks(12, 0.0);
    long double unit = 1;
    for (std::int64_t t = 1; t <= kSteps; ++t) {
      std::vector<Integer> next(12, 0);
      for (std::size_t i = 0; i < 12; ++i) {
        const auto query = static_cast<std::int64_t>(i);
        for (std::size_t e = 0; e < graph.keys(query).size(); ++e) {
          next[static_cast<std::size_t>(graph.keys(query)[e])] +=
              row[i] * static_cast<Integer>(graph.attention(query)[e] * 8);
        }
      }
      row = next;
      unit /= 8;
      for (std::size_t j = 0; j < 12; ++j) {
        peaks[j] = std::max(peaks[j], static_cast<double>(static_cast<long double>(row[j]) * unit));
      }
    }
    for (std::size_t j = 0; j < 12; ++j)
      EXPECT_NEAR(measured.phi[j], peaks[j], kTolerance) << "seed " << seed;
  }
}

}  // namespace
}  // namespace headsweep::graphs
