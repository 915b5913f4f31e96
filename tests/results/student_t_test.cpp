#include "results/statistics/student_t.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace headsweep::results {
namespace {

// Two-sided 95% points as printed in tables of the distribution.
TEST(StudentT, AgreesWithPrintedQuantiles) {
  const std::pair<std::int64_t, double> printed[] = {
      {1, 12.7062},  {2, 4.30265},  {3, 3.18245},  {4, 2.77645},   {5, 2.57058},   {9, 2.26216},
      {10, 2.22814}, {29, 2.04523}, {30, 2.04227}, {100, 1.98397}, {1000, 1.96234}};
  for (const auto& [df, t] : printed) EXPECT_NEAR(student_t_quantile(0.95, df), t, t * 3e-6) << df;
}

TEST(StudentT, HasItsClosedFormsForOneAndTwoDegrees) {
  for (const double t : {0.0, 0.1, 1.0, 7.0}) {
    EXPECT_NEAR(student_t_two_sided(t, 1), 1 - 2 / M_PI * std::atan(t), 1e-15);
    EXPECT_NEAR(student_t_two_sided(-t, 2), 1 - t / std::sqrt(2 + t * t), 1e-15);
  }
  EXPECT_EQ(student_t_two_sided(std::numeric_limits<double>::infinity(), 3), 0);
}

TEST(StudentT, QuantileInvertsTheTail) {
  for (std::int64_t df = 1; df < 60; ++df) {
    EXPECT_NEAR(student_t_two_sided(student_t_quantile(0.95, df), df), 0.05, 1e-12) << df;
  }
}

}  // namespace
}  // namespace headsweep::results
