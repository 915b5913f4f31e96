#include "metrics/null_measurement.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <gtest/gtest.h>

#include "close_to.h"
#include "sample_attention.h"

namespace headsweep::metrics {
namespace {

constexpr std::int64_t kSequences = 3;
constexpr std::int64_t kHeads = 2;
constexpr std::int64_t kPositions = 9;
constexpr std::int64_t kDraws = 4;

std::vector<LayerHeads> layers_of(std::uint64_t sequence) {
  std::vector<LayerHeads> layers;
  for (std::uint64_t layer = 0; layer < 2; ++layer) {
    layers.push_back(checked_heads(random_layer(10 * sequence + layer, kHeads, kPositions, 2, 3).view()));
  }
  return layers;
}

std::vector<NullValues> measured(bool equal_sequences, bool backwards = false) {
  NullMeasurement measurement(kSequences, {5, kDraws, 20});
  std::vector<std::vector<LayerHeads>> sequences;
  MeasurementJobs jobs;
  for (std::int64_t s = 0; s < kSequences; ++s) {
    sequences.push_back(layers_of(equal_sequences ? 0 : static_cast<std::uint64_t>(s)));
    measurement.add(sequences.back(), {}, jobs);
  }
  if (backwards) std::ranges::reverse(jobs);
  for (const auto& job : jobs) job();
  return measurement.values();
}

// Equal where both are NaN, too.
bool equal_bits(const std::vector<MetricValues>& a, const std::vector<MetricValues>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(MetricValues)) == 0;
}

TEST(NullMeasurement, DoesNotDependOnTheOrderOfItsJobs) {
  const std::vector<NullValues> forwards = measured(false);
  const std::vector<NullValues> backwards = measured(false, /*backwards=*/true);
  ASSERT_EQ(forwards.size(), backwards.size());
  for (std::size_t null = 0; null < forwards.size(); ++null) {
    EXPECT_TRUE(equal_bits(forwards[null].rollout, backwards[null].rollout)) << forwards[null].name;
    for (std::size_t layer = 0; layer < 2; ++layer) {
      EXPECT_TRUE(equal_bits(forwards[null].layers[layer], backwards[null].layers[layer]));
    }
  }
}

TEST(NullMeasurement, PermutedIsEverySequenceWithEveryDraw) {
  const NullValues permuted_null = measured(false)[0];
  EXPECT_EQ(permuted_null.name, "permuted");
  ASSERT_EQ(permuted_null.layers.size(), 2U);
  ASSERT_EQ(permuted_null.layers[1].size(), 12U);
  ASSERT_EQ(permuted_null.rollout.size(), 12U);
  MeasureOptions options;
  options.horizon = 20;
  // Layer 1 of sequence 2 with draw 3.
  const LayerHeads shuffled = permuted(layers_of(2)[1], {5, 1, 2, 3});
  const MetricValues expected = measure_heads(shuffled, options).combined;
  for (const MetricInfo& info : all_metrics()) {
    const double found = permuted_null.layers[1][11][info.metric];
    const bool of_pairs = info.metric >= Metric::kDisagreementOutput && info.metric <= Metric::kLinearCka;
    EXPECT_TRUE(std::isnan(found) ? of_pairs || std::isnan(expected[info.metric])
                                  : found == expected[info.metric])
        << info.name;
    EXPECT_TRUE(!of_pairs || std::isnan(found)) << info.name;
  }
  EXPECT_FALSE(std::isnan(permuted_null.layers[1][8][Metric::kCommutatorNorm]));  // the first draw
}

// Heads that saw the same sequence are crossed with themselves.
TEST(NullMeasurement, CrossingEqualSequencesChangesNothing) {
  const NullValues crossed = measured(true)[1];
  EXPECT_EQ(crossed.name, "crossed");
  ASSERT_EQ(crossed.layers[0].size(), 3U);
  MeasureOptions options;
  options.horizon = 20;
  const double expected = measure_heads(layers_of(0)[0], options).combined[Metric::kFidelityMinInner];
  for (const MetricValues& values : crossed.layers[0]) EXPECT_EQ(values[Metric::kFidelityMinInner], expected);
  EXPECT_NE(measured(false)[1].layers[0][0][Metric::kFidelityMinInner], expected);
}

TEST(NullMeasurement, EqualWeightsWeighTheCombinationAlone) {
  const NullValues equal = measured(false)[2];
  EXPECT_EQ(equal.name, "equal_weights");
  MeasureOptions options;
  options.horizon = 20;
  const MetricValues expected = measure_heads(with_equal_weights(layers_of(1)[0]), options).combined;
  EXPECT_EQ(equal.layers[0][1][Metric::kFidelitySynergyInnerMean],
            expected[Metric::kFidelitySynergyInnerMean]);
  EXPECT_EQ(equal.layers[0][1][Metric::kHittingSwitchingGainForward],
            expected[Metric::kHittingSwitchingGainForward]);
}

TEST(NullMeasurement, WithoutDrawsThereIsNoPermutedNull) {
  NullMeasurement measurement(1, {5, 0, 20});
  const std::vector<LayerHeads> layers = layers_of(0);
  MeasurementJobs jobs;
  measurement.add(layers, {}, jobs);
  for (const auto& job : jobs) job();
  const std::vector<NullValues> values = measurement.values();
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[0].name, "crossed");
}

}  // namespace
}  // namespace headsweep::metrics
