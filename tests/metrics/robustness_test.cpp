// Refused input, documented values at the edges, and what survives single precision.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "close_to.h"
#include "errors/user_error.h"
#include "metrics/nulls.h"
#include "metrics/walk.h"
#include "sample_attention.h"

namespace headsweep::metrics {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
using testing::HasSubstr;

std::string refusal(const SampleLayer& layer, const MeasureOptions& options = {}) {
  try {
    (void)measure_layer(layer.view(), options);
  } catch (const UserError& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.find('\n'), std::string::npos) << "one line for the person";
    return message;
  }
  return "accepted";
}

TEST(Refusals, NameHeadRowAndValue) {
  const SampleLayer good = random_layer(1, 2, 4, 2, 1);
  EXPECT_EQ(refusal(good), "accepted");
  SampleLayer layer = good;
  layer.attention[16 + 4 * 2 + 1] += 0.01;
  EXPECT_THAT(refusal(layer), HasSubstr("attention of head 1: row 2 sums to 1.01"));
  layer = good;
  layer.attention[4 * 3 + 1] = -0.1;
  EXPECT_THAT(refusal(layer), HasSubstr("head 0: query 3 attends to key 1 with -0.1"));
  layer = good;
  layer.attention[4 * 3 + 1] = kUndefined;
  EXPECT_THAT(refusal(layer), HasSubstr("query 3 attends to key 1 with nan"));
  layer = good;
  layer.attention[4 * 3 + 1] = kInfinity;
  EXPECT_THAT(refusal(layer), HasSubstr("row 3 sums to inf"));
  for (const double future : {1e-12, -1e-12, kUndefined}) {
    layer = good;
    layer.attention[4 * 1 + 2] = future;
    EXPECT_THAT(refusal(layer), HasSubstr("attends to the later key 2"));
  }
}

TEST(Refusals, CoverImportanceAndVectors) {
  const SampleLayer good = random_layer(1, 2, 4, 2, 1);
  SampleLayer layer = good;
  layer.importance = {0.7, 0.4};
  EXPECT_THAT(refusal(layer), HasSubstr("importances sum to 1.1"));
  layer.importance = {-0.5, 1.5};
  EXPECT_THAT(refusal(layer), HasSubstr("importance of head 0 is -0.5"));
  layer.importance = {kUndefined, 1};
  EXPECT_THAT(refusal(layer), HasSubstr("importance of head 0 is nan"));
  layer = good;
  layer.values[3] = kUndefined;
  EXPECT_THAT(refusal(layer), HasSubstr("value vectors hold nan"));
  layer = good;
  layer.outputs[3] = kInfinity;
  EXPECT_THAT(refusal(layer), HasSubstr("head outputs hold inf"));
}

TEST(Refusals, CoverCountsAndOptions) {
  const SampleLayer good = random_layer(1, 1, 3, 2, 1);
  SampleLayer layer = good;
  layer.n = 0;
  EXPECT_THAT(refusal(layer), HasSubstr("attention over 0 positions"));
  layer = good;
  layer.heads = 0;
  EXPECT_THAT(refusal(layer), HasSubstr("a layer of 0 heads"));
  MeasureOptions options;
  for (const std::int64_t horizon : {std::int64_t{0}, std::int64_t{-1}, kMaxHorizon + 1}) {
    options.horizon = horizon;
    EXPECT_THAT(refusal(good, options), HasSubstr("horizon is"));
  }
  options.horizon = 100;
  const std::vector<std::int64_t> future = {-1, 0, 3};
  options.needed_keys = future;
  EXPECT_THAT(refusal(good, options), HasSubstr("position 2 needs key 3"));
  const std::vector<std::int64_t> negative = {-2, 0, 1};
  options.needed_keys = negative;
  EXPECT_THAT(refusal(good, options), HasSubstr("position 0 needs key -2"));
}

TEST(Refusals, AllowTheRoundingOfSinglePrecision) {
  SampleLayer layer = random_layer(5, 4, 100, 2, 6);
  const MetricValues before = measure_layer(layer.view(), {}).combined;
  for (double& entry : layer.attention) entry = static_cast<float>(entry);
  const MetricValues after = measure_layer(layer.view(), {}).combined;
  for (const MetricInfo& info : all_metrics()) {
    EXPECT_TRUE(close_to(after[info.metric], before[info.metric], 1e-4, 1e-6)) << info.name;
  }
}

TEST(Edges, OnePositionHasNoWalk) {
  SampleLayer layer{2, 1, 1, {1, 1}, {0.5, 0.5}, {1, -1}, {1, -1}};
  const std::vector<std::int64_t> keys = {0};
  MeasureOptions options;
  options.needed_keys = keys;
  const LayerValues values = measure_layer(layer.view(), options);
  EXPECT_EQ(values.combined[Metric::kMixingTimePaper], 0);
  EXPECT_EQ(values.combined[Metric::kFidelityMin], 1);
  EXPECT_EQ(values.combined[Metric::kFidelitySynergy], 0);
  EXPECT_EQ(values.combined[Metric::kFidelityRelevant], 1);
  EXPECT_EQ(values.combined[Metric::kDisagreementOutput], 1);
  for (const Metric metric :
       {Metric::kMixingTimeForward, Metric::kMixingTimeBackward, Metric::kHittingTimeForwardMean,
        Metric::kHittingTimeBackwardMax, Metric::kProgressProbabilityForward, Metric::kFidelityMinInner,
        Metric::kFidelityArgminInner, Metric::kFidelityArgminInnerT, Metric::kFidelityCensored,
        Metric::kFidelityParallel, Metric::kFidelitySwitchingGain, Metric::kHittingSynergyForward}) {
    EXPECT_TRUE(std::isnan(values.combined[metric])) << metric_info(metric).name;
  }
  for (const double value : values.combined.values) EXPECT_FALSE(std::isinf(value));
}

TEST(Edges, OneHeadHasNoPairs) {
  const MetricValues values = measure_layer(random_layer(1, 1, 6, 3, 1).view(), {}).combined;
  for (const Metric metric :
       {Metric::kDisagreementOutput, Metric::kDisagreementPosition, Metric::kDisagreementSubspace,
        Metric::kJsDivergence, Metric::kCosineSimilarity, Metric::kCommutatorNorm, Metric::kLinearCka}) {
    EXPECT_TRUE(std::isnan(values[metric])) << metric_info(metric).name;
  }
  EXPECT_EQ(values[Metric::kDisagreementOutputLi], -1);
  EXPECT_EQ(values[Metric::kDisagreementSubspaceLi], -1);
  for (const Metric metric :
       {Metric::kFidelitySwitchingGain, Metric::kHittingSynergyForward, Metric::kHittingSynergyBackward,
        Metric::kHittingSwitchingGainForward, Metric::kProgressSynergyForward, Metric::kMixingSynergyPaper,
        Metric::kFidelitySynergyInner}) {
    EXPECT_EQ(values[metric], 0) << metric_info(metric).name;
  }
}

TEST(Edges, ADisconnectedSinkIsNeverReached) {
  // Positions 0 to 2 mix among themselves, the last one sees only itself.
  const std::vector<double> attention = {1, 0, 0, 0, 0.5, 0.5, 0, 0, 0.25, 0.25, 0.5, 0, 0, 0, 0, 1};
  const MetricValues values = measure_layer(single_head(attention, 4).view(), {}).combined;
  for (const Metric metric :
       {Metric::kMixingTimeForward, Metric::kHittingTimeForwardMean, Metric::kHittingTimeForwardMax,
        Metric::kMixingTimeBackward, Metric::kHittingTimeBackwardMean, Metric::kHittingTimeBackwardMax}) {
    EXPECT_EQ(values[metric], kInfinity) << metric_info(metric).name;
  }
  EXPECT_EQ(values[Metric::kProgressProbabilityForward], 0);
  EXPECT_EQ(values[Metric::kProgressProbabilityBackward], 0);
  EXPECT_EQ(values[Metric::kFidelityMinInner], 0);
  EXPECT_EQ(values[Metric::kFidelityArgminInner], 0);
  EXPECT_EQ(values[Metric::kFidelityArgminInnerT], 0);
  EXPECT_EQ(values[Metric::kFidelityCensored], 0);
  EXPECT_TRUE(std::isnan(values[Metric::kHittingSynergyForward]));  // infinite minus infinite
}

TEST(Edges, AStuckPositionLeavesOthersAlone) {
  const std::vector<double> attention = {1, 0, 0, 0, 1, 0, 1, 0, 0};  // 1 is stuck, 2 goes straight to 0
  const LowerTriangle matrix = LowerTriangle::from_dense(attention, 3);
  EXPECT_EQ(hitting_times(backward_walk(matrix)), (std::vector<double>{1, kInfinity}));
  const MetricValues values = measure_layer(single_head(attention, 3).view(), {}).combined;
  EXPECT_EQ(values[Metric::kHittingTimeBackwardMean], kInfinity);
}

TEST(Edges, StuckHeadsMayMoveTogether) {
  // Head 0 joins 1 to 0 and leaves 2 alone, head 1 joins 2 to 1 and leaves 1 alone.
  const SampleLayer layer{2,          3,  0, {1, 0, 0, 0.5, 0.5, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0.5, 0.5},
                          {0.5, 0.5}, {}, {}};
  const LayerValues values = measure_layer(layer.view(), {});
  EXPECT_EQ(values.heads[0][Metric::kHittingTimeBackwardMax], kInfinity);
  EXPECT_EQ(values.heads[1][Metric::kHittingTimeBackwardMax], kInfinity);
  EXPECT_EQ(values.combined[Metric::kHittingTimeBackwardMax], 8);
  EXPECT_EQ(values.combined[Metric::kHittingSynergyBackward], kInfinity);
  EXPECT_EQ(values.combined[Metric::kProgressSynergyBackward], 0.25);
}

TEST(Edges, AHeadWithoutWeightIsIgnored) {
  SampleLayer layer = random_layer(3, 2, 8, 2, 1);
  layer.importance = {1, 0};
  const std::vector<double> identity = identity_attention(8);
  std::copy(identity.begin(), identity.end(), layer.attention.begin() + 64);
  const LayerValues values = measure_layer(layer.view(), {});
  EXPECT_EQ(values.heads[1][Metric::kHittingTimeForwardMean], kInfinity);
  EXPECT_EQ(values.combined[Metric::kHittingSwitchingGainForward], 0);
  EXPECT_EQ(values.combined[Metric::kFidelitySwitchingGain], 0);
}

TEST(Censoring, SeesARiseBehindTheHorizon) {
  const auto censored = [](std::int64_t n, std::int64_t horizon) {
    MeasureOptions options;
    options.horizon = horizon;
    return measure_layer(single_head(previous_token_attention(n), n).view(), options)
        .combined[Metric::kFidelityCensored];
  };
  EXPECT_EQ(censored(150, 100), 1);  // position 0 arrives at step 149
  EXPECT_EQ(censored(150, 148), 1);
  EXPECT_EQ(censored(150, 149), 0);
}

TEST(Censoring, FollowsASlowSourceButNotItsLimit) {
  const auto measured = [](double e, std::int64_t horizon) {
    MeasureOptions options;
    options.horizon = horizon;
    return measure_layer(single_head({1, 0, e, 1 - e}, 2).view(), options).combined;
  };
  EXPECT_EQ(measured(1e-3, 100)[Metric::kFidelityCensored], 1);
  EXPECT_EQ(measured(1e-12, 100)[Metric::kFidelityCensored], 1);
  EXPECT_EQ(measured(0.5, 10)[Metric::kFidelityCensored], 1);
  EXPECT_EQ(measured(0.5, 100)[Metric::kFidelityCensored], 0);  // 1 - 2^-100 rises no further in double
}

TEST(Censoring, IgnoresMassThatCannotArrive) {
  // From the last position half goes to 0 at once and half to 1, which keeps it: position 0 stays at 1/2.
  const MetricValues values =
      measure_layer(single_head({1, 0, 0, 0, 1, 0, 0.5, 0.5, 0}, 3).view(), {}).combined;
  EXPECT_EQ(values[Metric::kFidelityMinInner], 0.5);
  EXPECT_EQ(values[Metric::kFidelityCensored], 0);
}

TEST(Censoring, IsDecidedInSlowChainsToo) {
  MeasureOptions options;
  options.horizon = 400;
  // Half of the mass ends in 1 and stays there, so position 0 has all it will ever have after 400 steps.
  const std::vector<double> shared = {1, 0, 0, 0, 1, 0, 0.05, 0.05, 0.9};
  EXPECT_EQ(measure_layer(single_head(shared, 3).view(), options).combined[Metric::kFidelityCensored], 0);
  // Position 1 passes everything on and never holds more than at the first step, however long the sink feeds it.
  options.horizon = 10;
  const std::vector<double> passing = {1, 0, 0, 1, 0, 0, 0, 1e-4, 1 - 1e-4};
  const MetricValues values = measure_layer(single_head(passing, 3).view(), options).combined;
  EXPECT_EQ(values[Metric::kFidelityArgminInner], 1);
  EXPECT_EQ(values[Metric::kFidelityCensored], 0);
}

// Heads are walked apart only until their smallest peaks are decided: the same as to the horizon, bit for bit, also
// where position 0, the sink or a position that fills late is the smallest.
TEST(Options, HeadsAreAsFaithfulApartAsAlone) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto n = static_cast<std::int64_t>(2 + seed % 9);
    const SampleLayer layer = random_layer(seed, 3, n, 1, seed % 2 == 0 ? 1 : 8);
    const LayerValues together = measure_layer(layer.view(), {});
    for (std::int64_t h = 0; h < 3; ++h) {
      const auto begin = layer.attention.begin() + h * n * n;
      const SampleLayer alone = single_head({begin, begin + n * n}, n);
      const MetricValues expected = measure_layer(alone.view(), {}).combined;
      const MetricValues& found = together.heads[static_cast<std::size_t>(h)];
      for (const Metric metric :
           {Metric::kFidelityMin, Metric::kFidelityMinInner, Metric::kFidelityArgminInner,
            Metric::kFidelityArgminInnerT, Metric::kFidelityCensored}) {
        EXPECT_EQ(found[metric], expected[metric]) << metric_info(metric).name << " " << seed << " " << n;
      }
    }
  }
}

TEST(Options, CoreOnlyLeavesTheRestUndefined) {
  const SampleLayer layer = random_layer(4, 3, 10, 2, 2);
  const std::vector<std::int64_t> keys(10, 0);
  MeasureOptions options;
  options.needed_keys = keys;
  const LayerValues full = measure_layer(layer.view(), options);
  options.core_only = true;
  const LayerValues core = measure_layer(layer.view(), options);
  for (const MetricInfo& info : all_metrics()) {
    const bool of_layer = info.scope != Scope::kHead;
    const bool of_head = info.scope != Scope::kLayer;
    EXPECT_EQ(!std::isnan(full.combined[info.metric]), of_layer) << info.name;
    EXPECT_EQ(!std::isnan(full.heads[2][info.metric]), of_head) << info.name;
    EXPECT_EQ(!std::isnan(core.combined[info.metric]), of_layer && info.core) << info.name;
    EXPECT_EQ(!std::isnan(core.heads[2][info.metric]), of_head && info.core) << info.name;
    if (info.core && of_layer) {
      EXPECT_EQ(core.combined[info.metric], full.combined[info.metric]) << info.name;
    }
  }
}

TEST(Options, WithoutVectorsOrKeysTheirMetricsAreUndefined) {
  SampleLayer layer = random_layer(4, 3, 10, 2, 2);
  layer.values.clear();
  layer.outputs.clear();
  const MetricValues values = measure_layer(layer.view(), {}).combined;
  for (const Metric metric :
       {Metric::kDisagreementOutput, Metric::kDisagreementOutputLi, Metric::kDisagreementSubspace,
        Metric::kDisagreementSubspaceLi, Metric::kLinearCka, Metric::kFidelityRelevant}) {
    EXPECT_TRUE(std::isnan(values[metric])) << metric_info(metric).name;
  }
  EXPECT_FALSE(std::isnan(values[Metric::kDisagreementPosition]));
}

}  // namespace
}  // namespace headsweep::metrics
