#include "results/statistics/estimate.h"

#include <cmath>

#include "results/statistics/student_t.h"

namespace headsweep::results {
namespace {

constexpr double kCoverage = 0.95;

}  // namespace

Estimate with_interval(std::int64_t n, double mean, double sd) {
  Estimate estimate;
  estimate.n = n;
  if (n < 1) return estimate;
  estimate.mean = mean;
  if (n < 2) return estimate;
  const double half = student_t_quantile(kCoverage, n - 1) * sd / std::sqrt(static_cast<double>(n));
  estimate.sd = sd;
  estimate.low = mean - half;
  estimate.high = mean + half;
  return estimate;
}

double mean_of(std::span<const double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

Estimate estimate_mean(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  const double mean = mean_of(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return with_interval(std::ssize(values), mean, std::sqrt(squares / (n - 1)));
}

double one_sample_p(const Estimate& estimate) {
  if (estimate.n < 2) return std::numeric_limits<double>::quiet_NaN();
  if (estimate.mean == 0) return 1;
  const double error = estimate.sd / std::sqrt(static_cast<double>(estimate.n));
  return student_t_two_sided(estimate.mean / error, estimate.n - 1);
}

Estimate geometric(const Estimate& of_logs) {
  const auto power = [](double exponent) { return std::pow(10, exponent); };
  return {of_logs.n, power(of_logs.mean), of_logs.sd, power(of_logs.low), power(of_logs.high)};
}

}  // namespace headsweep::results
