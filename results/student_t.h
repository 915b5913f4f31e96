// Quantiles of Student's t distribution, which SQLite lacks: the view `summary` looks them up in a table.
#pragma once

#include <cstdint>

namespace headsweep::results {

// P(|T| <= t) with `df` >= 1 degrees of freedom, t >= 0 (Abramowitz and Stegun 26.7.3 and 26.7.4).
double student_t_coverage(double t, std::int64_t df);

// The t with P(|T| <= t) = coverage, 0 < coverage < 1, to 1e-12 relative.
double student_t_quantile(double coverage, std::int64_t df);

}  // namespace headsweep::results
