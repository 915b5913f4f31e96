#include "results/student_t.h"

#include <cmath>
#include <numbers>

#include "errors/check.h"

namespace headsweep::results {

double student_t_coverage(double t, std::int64_t df) {
  check(df >= 1 && t >= 0, "Student's t needs df >= 1 and t >= 0");
  const double angle = std::atan2(t, std::sqrt(static_cast<double>(df)));
  const double cosine_squared = std::cos(angle) * std::cos(angle);
  const bool odd = df % 2 == 1;
  // Sum of products (2/3)(4/5)... or (1/2)(3/4)... times powers of the cosine.
  double term = odd ? std::cos(angle) : 1;
  double sum = 0;
  for (std::int64_t k = odd ? 3 : 2; k <= df; k += 2) {
    sum += term;
    term *= static_cast<double>(k - 1) / static_cast<double>(k) * cosine_squared;
  }
  if (odd) return 2 / std::numbers::pi * (angle + std::sin(angle) * sum);
  return std::sin(angle) * sum;
}

double student_t_quantile(double coverage, std::int64_t df) {
  check(coverage > 0 && coverage < 1, "coverage lies between 0 and 1");
  double low = 0;
  double high = 1;
  while (student_t_coverage(high, df) < coverage) high *= 2;
  while (high - low > 1e-13 * high) {
    const double middle = (low + high) / 2;
    (student_t_coverage(middle, df) < coverage ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace headsweep::results
