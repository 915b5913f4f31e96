// Comparison of floating-point numbers with a stated tolerance.
#pragma once

#include <cmath>
#include <iomanip>

#include <gtest/gtest.h>

namespace headsweep::metrics {

// |actual - expected| <= relative * |expected| + absolute. Infinite and NaN equal themselves only.
inline testing::AssertionResult close_to(double actual, double expected, double relative,
                                         double absolute = 1e-15) {
  const bool both_undefined = std::isnan(actual) && std::isnan(expected);
  if (both_undefined || actual == expected) return testing::AssertionSuccess();
  if (std::abs(actual - expected) <= relative * std::abs(expected) + absolute)
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << std::setprecision(17) << actual << " is not " << expected
                                     << " (difference " << actual - expected << ", relative tolerance "
                                     << relative << ")";
}

}  // namespace headsweep::metrics
