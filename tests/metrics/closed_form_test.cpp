// Values that pencil and paper give.
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "close_to.h"
#include "metrics/mixing_time.h"
#include "metrics/nulls.h"
#include "metrics/walk.h"
#include "sample_attention.h"

namespace headsweep::metrics {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

MetricValues measured(std::vector<double> attention, std::int64_t n) {
  return measure_layer(single_head(std::move(attention), n).view(), {}).combined;
}

double harmonic(std::int64_t n) {
  double sum = 0;
  for (std::int64_t i = n; i >= 1; --i) sum += 1 / static_cast<double>(i);
  return sum;
}

// Uniform attention backward: t_1 = 2 and t_i = t_(i-1) + 1/i, so t_i = 1 + H_i.
TEST(ClosedForms, UniformAttentionBackward) {
  for (const std::int64_t n : {2, 3, 8, 100, 300}) {
    const MetricValues values = measured(uniform_attention(n), n);
    double sum = 0;
    for (std::int64_t i = 1; i < n; ++i) sum += 1 + harmonic(i);
    EXPECT_TRUE(close_to(values[Metric::kHittingTimeBackwardMax], 1 + harmonic(n - 1), 1e-12)) << n;
    EXPECT_TRUE(close_to(values[Metric::kHittingTimeBackwardMean], sum / static_cast<double>(n - 1), 1e-12))
        << n;
    EXPECT_EQ(values[Metric::kProgressProbabilityBackward], 0.5) << n;
  }
}

// The values stated with the definition, computed in exact arithmetic.
TEST(ClosedForms, UniformAttentionForward) {
  struct Case {
    std::int64_t n;
    double mean;
    double max;
    double mixing;
  };
  for (const Case& expected :
       {Case{4, 3.212454212454, 4.113553113553, 5}, Case{8, 3.592067850792, 4.988877957861, 6},
        Case{100, 5.680787771351, 7.912507016042, 10}}) {
    const MetricValues values = measured(uniform_attention(expected.n), expected.n);
    EXPECT_NEAR(values[Metric::kHittingTimeForwardMean], expected.mean, 1e-12);
    EXPECT_NEAR(values[Metric::kHittingTimeForwardMax], expected.max, 1e-12);
    EXPECT_EQ(values[Metric::kMixingTimeForward], expected.mixing);
  }
}

TEST(ClosedForms, UniformFidelityIsTheLastRow) {
  const MetricValues values = measured(uniform_attention(100), 100);
  EXPECT_EQ(values[Metric::kFidelityMin], 0.01);
  EXPECT_EQ(values[Metric::kFidelityMinInner], 0.01);
  EXPECT_EQ(values[Metric::kFidelityArgminInner], 37);
  EXPECT_EQ(values[Metric::kFidelityArgminInnerT], 1);
  EXPECT_EQ(values[Metric::kFidelityCensored], 0);
}

TEST(ClosedForms, IdentityNeverMoves) {
  const MetricValues values = measured(identity_attention(10), 10);
  EXPECT_EQ(values[Metric::kMixingTimePaper], 90);
  for (const Metric metric :
       {Metric::kMixingTimeForward, Metric::kMixingTimeBackward, Metric::kHittingTimeForwardMean,
        Metric::kHittingTimeForwardMax, Metric::kHittingTimeBackwardMean, Metric::kHittingTimeBackwardMax}) {
    EXPECT_EQ(values[metric], kInfinity) << metric_info(metric).name;
  }
  EXPECT_EQ(values[Metric::kProgressProbabilityForward], 0);
  EXPECT_EQ(values[Metric::kProgressProbabilityBackward], 0);
  EXPECT_EQ(values[Metric::kFidelityMinInner], 0);
  EXPECT_EQ(values[Metric::kFidelityArgminInner], 0);
  EXPECT_EQ(values[Metric::kFidelityArgminInnerT], 0);
  EXPECT_EQ(values[Metric::kFidelityCensored], 0);
}

// Forward, key 0 is attended to by queries 0 and 1 and leaves with probability 1/2, every other one with certainty.
TEST(ClosedForms, PreviousTokenWalksOneStepAtATime) {
  const std::int64_t n = 50;
  const MetricValues values = measured(previous_token_attention(n), n);
  EXPECT_EQ(values[Metric::kMixingTimeBackward], n - 1);
  EXPECT_EQ(values[Metric::kHittingTimeBackwardMax], n - 1);
  EXPECT_EQ(values[Metric::kHittingTimeBackwardMean], n / 2.0);
  EXPECT_EQ(values[Metric::kProgressProbabilityBackward], 1);
  EXPECT_EQ(values[Metric::kHittingTimeForwardMax], n);  // n - 1, and one step more for key 0
  EXPECT_TRUE(close_to(values[Metric::kHittingTimeForwardMean], (n * (n - 1) / 2.0 + 1) / (n - 1.0), 1e-14));
  EXPECT_EQ(values[Metric::kMixingTimeForward], n);  // half of key 0 is late at n - 1, a quarter at n
  EXPECT_EQ(values[Metric::kProgressProbabilityForward], 0.5);
  EXPECT_EQ(values[Metric::kFidelityMin], 0);
  EXPECT_EQ(values[Metric::kFidelityMinInner], 1);
  EXPECT_EQ(values[Metric::kFidelityArgminInner], 0);
  EXPECT_EQ(values[Metric::kFidelityArgminInnerT], n - 1);
}

// Two positions: the walk leaves with probability e, so T = 1/e, and it mixes at the first t with (1-e)^t <= 1/4.
TEST(ClosedForms, TwoPositionsAtAnySpeed) {
  for (const double e : {1.0, 0.75, 0.5, 0.3, 0.1, 8.5e-3, 1e-3, 1.7e-5, 3e-6, 1.39e-6}) {
    const MetricValues values = measured({1, 0, e, 1 - e}, 2);
    EXPECT_TRUE(close_to(values[Metric::kHittingTimeBackwardMean], 1 / e, 1e-15)) << e;
    const double expected = e == 1 ? 1 : std::ceil(std::log(4.0) / -std::log1p(-e));
    EXPECT_EQ(values[Metric::kMixingTimeBackward], expected) << e;
    // Forward, key 0 leaves with e / (1 + e).
    EXPECT_TRUE(close_to(values[Metric::kHittingTimeForwardMax], (1 + e) / e, 1e-15)) << e;
  }
}

TEST(ClosedForms, MixingTimesEndAtTheCap) {
  const auto escape_for = [](double t) { return -std::expm1(std::log(0.25) / t); };
  const auto backward = [](double e) { return measured({1, 0, e, 1 - e}, 2)[Metric::kMixingTimeBackward]; };
  EXPECT_EQ(backward(escape_for(1e6 - 0.5)), 1e6);
  EXPECT_EQ(backward(escape_for(1e6 + 0.5)), kInfinity);
  EXPECT_EQ(backward(1e-9), kInfinity);
  EXPECT_TRUE(close_to(measured({1, 0, 1e-9, 1 - 1e-9}, 2)[Metric::kHittingTimeBackwardMean], 1e9, 1e-15));
}

// The form 1 - c_ii would be off by 1e-3 here: its rounding is half of 2^-53, the escape probability 5e-14.
TEST(ClosedForms, EscapeFromAnAlmostStuckPositionKeepsItsDigits) {
  const double e = 5e-14;
  const MetricValues values = measured({1, 0, 0, e, 1, 0, 0.25, 0.25, 0.5}, 3);
  EXPECT_TRUE(close_to(values[Metric::kProgressProbabilityBackward], e, 1e-15));
  EXPECT_TRUE(close_to(values[Metric::kHittingTimeBackwardMax], 1 / e, 1e-15));
  EXPECT_TRUE(close_to(values[Metric::kHittingTimeBackwardMean], (1 / e + (1 + 0.25 / e) / 0.5) / 2, 1e-15));
}

// A head that looks only at position 0 mixes at once backward and never forward.
TEST(ClosedForms, DirectionsDisagreeAboutAHeadOnPositionZero) {
  const MetricValues values = measured({1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0}, 4);
  EXPECT_EQ(values[Metric::kMixingTimeBackward], 1);
  EXPECT_EQ(values[Metric::kHittingTimeBackwardMax], 1);
  EXPECT_EQ(values[Metric::kMixingTimeForward], kInfinity);
  EXPECT_EQ(values[Metric::kHittingTimeForwardMean], kInfinity);
  EXPECT_EQ(values[Metric::kProgressProbabilityForward], 0);
}

// T_mix <= max(2 N / p, 2 ln(1 / eps) / p^2), p the progress probability, N the number of other positions.
TEST(ClosedForms, ProgressBoundsTheMixingTime) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const std::int64_t n = 2 + static_cast<std::int64_t>(seed) % 30;
    const SampleLayer layer = random_layer(seed, 1, n, 1, static_cast<double>(seed % 5));
    const LowerTriangle matrix = LowerTriangle::from_dense(layer.attention, n);
    for (const Walk& walk : {forward_walk(column_normalised(matrix)), backward_walk(matrix)}) {
      const double p = progress_probability(walk);
      const double bound = std::max(2 * static_cast<double>(n - 1) / p, 2 * std::log(4.0) / (p * p));
      EXPECT_LE(mixing_time(walk), std::ceil(bound)) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace headsweep::metrics
