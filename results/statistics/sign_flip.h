// The sign-flip permutation test of paired differences (Fisher 1935): if treatment and baseline of each pair could be
// exchanged, every difference had either sign with equal chance.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

namespace headsweep::results {

// From so many pairs on there is a p at or below 0.05.
inline constexpr std::int64_t kFewestPairs = 6;
// Up to so many the p-value is exact: all 2^n signs count.
inline constexpr std::int64_t kMostExactPairs = 32;

// What the p-value of n pairs is at least: 2^(1-n), as two of the 2^n signs reach the largest sum; above kMostExactPairs
// one of all draws.
double smallest_sign_flip_p(std::int64_t pairs);

// Two-sided p-values of the mean. Above kMostExactPairs by Monte Carlo: (1 + as extreme) / (1 + draws), from signs that
// follow from the plan hash and n alone.
class SignFlipTest {
 public:
  // `plan_hash`: hexadecimal digits.
  explicit SignFlipTest(std::string_view plan_hash);

  // `differences` without NaN, at least one. Sums within 1e-12 of the largest count as ties, as extreme ones.
  [[nodiscard]] double p_value(std::span<const double> differences);

 private:
  using Signs = std::vector<std::uint8_t>;  // a bit a pair, eight a byte, draw after draw

  const Signs& signs_for(std::size_t pairs);
  double estimated(std::span<const double> differences, double threshold);

  std::uint32_t seed_;
  std::map<std::size_t, Signs> signs_;  // by number of pairs: drawn once for all tests of that size
};

}  // namespace headsweep::results
