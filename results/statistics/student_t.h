// Student's t distribution, by Boost.Math.
#pragma once

#include <cstdint>

namespace headsweep::results {

// The t with P(|T| <= t) = coverage; `df` >= 1 degrees of freedom, 0 < coverage < 1.
double student_t_quantile(double coverage, std::int64_t df);

// P(|T| >= |t|), the two-sided p-value; t may be infinite.
double student_t_two_sided(double t, std::int64_t df);

}  // namespace headsweep::results
