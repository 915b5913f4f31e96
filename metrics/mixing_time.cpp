#include "metrics/mixing_time.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "errors/check.h"

namespace headsweep::metrics {
namespace {

// Single steps are cheaper than squaring matrices up to about 250 of them: a step costs n^2/2, a square n^3/6. A walk
// that has not lost a sixth of its worst start at the first look is expected to need more.
constexpr int kSingleSteps = 250;
constexpr int kFirstLook = 32;
constexpr double kSlow = 0.837;  // 0.25^(32/250)
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr auto kCap = static_cast<std::int64_t>(kWalkTimeCap);

// survival[j] = P(not absorbed after t steps | start j), and one (power of the) matrix further.
std::vector<double> advanced(std::span<const double> survival, const LowerTriangle& moves) {
  std::vector<double> next(survival.size());
  multiply_row(survival, moves, next);
  return next;
}

bool is_mixed(std::span<const double> survival, double distance) {
  return std::ranges::max(survival) <= distance;
}

// A lower bound of the largest survival after t steps: that of only staying where one is.
double staying(const Walk& walk, double t) {
  double stay = 0;
  for (std::int64_t i = 0; i < walk.states(); ++i) stay = std::max(stay, walk.moves.at(i, i));
  return std::pow(stay, t);
}

// The square without entries too small to matter in a survival near `distance`: rows of states that are left
// long before become exact zeros, which multiply() skips, so high powers cost only what the few slow states
// need.
LowerTriangle square(const LowerTriangle& matrix) {
  constexpr double kNegligible = 1e-30;
  LowerTriangle product = multiply(matrix, matrix);
  for (double& entry : product.entries()) entry = entry < kNegligible ? 0.0 : entry;
  return product;
}

// The exponent k of the first power moves^(2^k) to step with: about kStepsWithOnePower of its steps are expected, as survival falls
// by the same factor again and again once the quick states are left. One more square would cost as much as it saves.
constexpr int kStepsWithOnePower = 32;
int first_power(double survival, std::int64_t steps, double distance) {
  const double rate = std::log(survival) / static_cast<double>(steps);
  const double expected = rate < 0 ? std::min(std::log(distance) / rate, kWalkTimeCap) : kWalkTimeCap;
  return std::max(0, static_cast<int>(std::log2(expected / kStepsWithOnePower)));
}

// From `survival` after `steps` >= 1, which is not mixed yet: steps with a power of two of the moves, a higher one
// where many are needed, until one would mix; then binary descent.
double by_squaring(const Walk& walk, double distance, std::vector<double> survival, std::int64_t steps) {
  std::vector<LowerTriangle> powers = {walk.moves};  // powers[k] = moves^(2^k)
  const auto squares = static_cast<std::size_t>(first_power(std::ranges::max(survival), steps, distance));
  while (powers.size() <= squares) powers.push_back(square(powers.back()));
  for (int taken = 0; steps <= kCap; ++taken) {
    std::vector<double> further = advanced(survival, powers.back());
    if (is_mixed(further, distance)) break;
    survival = std::move(further);
    steps += std::int64_t{1} << (powers.size() - 1);
    if (taken % kStepsWithOnePower == kStepsWithOnePower - 1) powers.push_back(square(powers.back()));
  }
  for (std::size_t k = powers.size() - 1; k-- > 0;) {
    std::vector<double> further = advanced(survival, powers[k]);
    if (is_mixed(further, distance)) continue;
    survival = std::move(further);
    steps += std::int64_t{1} << k;
  }
  const std::int64_t time = steps + 1;
  return time > kCap ? kInfinity : static_cast<double>(time);
}

}  // namespace

double mixing_time(const Walk& walk, double distance) {
  check(distance > 0 && distance < 1, "mixing distance outside (0, 1)");
  if (walk.states() == 0) return std::numeric_limits<double>::quiet_NaN();
  if (staying(walk, kWalkTimeCap) > distance * (1 + 1e-6))
    return kInfinity;  // clearly, whatever pow() rounds
  std::vector<double> survival(static_cast<std::size_t>(walk.states()), 1.0);
  std::vector<double> next(survival.size());
  int t = 0;
  do {
    multiply_row(survival, walk.moves, next);
    survival.swap(next);
    if (is_mixed(survival, distance)) return t + 1;
    ++t;
  } while (t < kSingleSteps && !(t == kFirstLook && std::ranges::max(survival) > kSlow));
  return by_squaring(walk, distance, std::move(survival), t);
}

}  // namespace headsweep::metrics
