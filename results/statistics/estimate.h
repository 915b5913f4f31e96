// Mean, standard deviation and interval of a sample.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

namespace headsweep::results {

// NaN: absent (the mean of nothing, the deviation of fewer than two).
struct Estimate {
  std::int64_t n = 0;
  double mean = std::numeric_limits<double>::quiet_NaN();
  double sd = std::numeric_limits<double>::quiet_NaN();    // of the sample, n - 1
  double low = std::numeric_limits<double>::quiet_NaN();   // 95% interval of the mean:
  double high = std::numeric_limits<double>::quiet_NaN();  // mean -+ t(0.975, n - 1) sd / sqrt(n)
};

// Summed in the order given; NaN of nothing. Without the quantile that an interval takes.
double mean_of(std::span<const double> values);

// `values` without NaN. Two passes, summed in the order given.
Estimate estimate_mean(std::span<const double> values);

// The same interval about a mean whose n, mean and standard deviation are known.
Estimate with_interval(std::int64_t n, double mean, double sd);

// One-sample t: P of a mean at least as far from 0 if the true one is 0. NaN with fewer than two values; a sample
// without spread has p = 0, or 1 if its mean is 0.
double one_sample_p(const Estimate& estimate);

// 10 to the power of mean, low and high, sd as it is: from log10 of times to geometric means of times.
Estimate geometric(const Estimate& of_logs);

}  // namespace headsweep::results
