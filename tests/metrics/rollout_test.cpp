#include <cmath>

#include <gtest/gtest.h>

#include "close_to.h"
#include "metrics/layer_heads.h"
#include "metrics/nulls.h"
#include "sample_attention.h"

namespace headsweep::metrics {
namespace {

// R of dense layers, literally.
std::vector<double> slow_rollout(const std::vector<std::vector<double>>& layers, std::size_t n) {
  std::vector<double> rollout = identity_attention(static_cast<std::int64_t>(n));
  for (const std::vector<double>& layer : layers) {
    std::vector<double> next(n * n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < n; ++k) {
        const double weight = (layer[i * n + k] + (i == k ? 1 : 0)) / 2;
        for (std::size_t j = 0; j < n; ++j) next[i * n + j] += weight * rollout[k * n + j];
      }
    }
    rollout = next;
  }
  return rollout;
}

std::vector<LowerTriangle> triangles(const std::vector<std::vector<double>>& layers, std::int64_t n) {
  std::vector<LowerTriangle> result;
  for (const std::vector<double>& layer : layers) result.push_back(LowerTriangle::from_dense(layer, n));
  return result;
}

TEST(Rollout, IsMeasuredAsTheOnlyHeadOfALayer) {
  const std::int64_t n = 11;
  std::vector<std::vector<double>> layers;
  for (std::uint64_t seed = 0; seed < 3; ++seed) layers.push_back(random_layer(seed, 1, n, 1, 4).attention);
  std::vector<std::int64_t> keys(n, -1);
  keys[5] = 2;
  MeasureOptions options;
  options.needed_keys = keys;
  const MetricValues values = measure_rollout(triangles(layers, n), options);
  const SampleLayer expected_layer = single_head(slow_rollout(layers, n), n);
  const MetricValues expected = measure_layer(expected_layer.view(), options).combined;
  for (const MetricInfo& info : all_metrics()) {
    if (info.scope == Scope::kBoth) {
      EXPECT_TRUE(close_to(values[info.metric], expected[info.metric], 1e-12)) << info.name;
      EXPECT_FALSE(std::isnan(values[info.metric])) << info.name;
    } else {
      EXPECT_TRUE(std::isnan(values[info.metric])) << info.name;
    }
  }
}

// Two layers that attend to the previous token: the last layer stands left, so paths cross both.
TEST(Rollout, OrderOfLayersMatters) {
  const std::vector<double> from_zero = {1, 0, 0, 1, 0, 0, 0, 0, 1};  // position 1 reads 0
  const std::vector<double> from_one = {1, 0, 0, 0, 1, 0, 0, 1, 0};   // position 2 reads 1
  MeasureOptions one_step;
  one_step.horizon = 1;
  const std::vector<std::vector<double>> relay = {from_zero, from_one};
  const std::vector<std::vector<double>> too_late = {from_one, from_zero};
  EXPECT_EQ(measure_rollout(triangles(relay, 3), one_step)[Metric::kFidelityMinInner], 0.25);
  EXPECT_EQ(measure_rollout(triangles(too_late, 3), one_step)[Metric::kFidelityMinInner], 0);
}

}  // namespace
}  // namespace headsweep::metrics
