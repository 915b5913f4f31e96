#include "results/statistics/student_t.h"

#include <cmath>

#include <boost/math/distributions/students_t.hpp>

#include "errors/check.h"

namespace headsweep::results {
namespace {

boost::math::students_t distribution(std::int64_t df) {
  check(df >= 1, "Student's t needs at least one degree of freedom");
  return boost::math::students_t(static_cast<double>(df));
}

}  // namespace

double student_t_quantile(double coverage, std::int64_t df) {
  check(coverage > 0 && coverage < 1, "coverage lies between 0 and 1");
  return quantile(complement(distribution(df), (1 - coverage) / 2));
}

double student_t_two_sided(double t, std::int64_t df) {
  if (std::isinf(t)) return 0;
  return 2 * cdf(complement(distribution(df), std::abs(t)));
}

}  // namespace headsweep::results
