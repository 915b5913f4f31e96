// The penalties against the metrics of the same name, computed by other code.
#include "worker/trainer/head_diversity.h"

#include <vector>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "metrics/measure.h"
#include "tests/worker/trainer/small_trial.h"
#include "worker/trainer/bundle_buffers.h"

namespace headsweep::trainer {
namespace {

using metrics::Metric;

std::span<const double> elements(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<double>(), static_cast<std::size_t>(tensor.numel())};
}

// Of an untrained model of the settings, in float64: two layers, three sequences.
std::vector<LayerAttention> observed_layers(const trial::Settings& settings) {
  const at::Tensor flat = initial_parameters(settings, at::kDouble, at::kCPU);
  const at::Tensor tokens = at::arange(36, at::kLong).mul(7).remainder(12).view({3, 12});
  std::vector<LayerAttention> layers;
  const at::Tensor logits =
      Model(settings, parameter_views(settings.model, flat)).forward(tokens, {}, &layers);
  EXPECT_TRUE(logits.isfinite().all().item<bool>());
  return layers;
}

// The mean over layers and sequences.
double measured(const std::vector<LayerAttention>& layers, Metric metric) {
  double sum = 0;
  int count = 0;
  for (const LayerAttention& layer : layers) {
    const std::int64_t heads = layer.attention.size(1);
    const std::vector<double> importance(static_cast<std::size_t>(heads), 1.0 / static_cast<double>(heads));
    for (std::int64_t sequence = 0; sequence < layer.attention.size(0); ++sequence, ++count) {
      const at::Tensor attention = layer.attention[sequence].contiguous();
      const at::Tensor values = layer.values[sequence].contiguous();
      const at::Tensor outputs = layer.outputs[sequence].contiguous();
      const metrics::LayerAttention view{heads,      attention.size(1), values.size(2),   elements(attention),
                                         importance, elements(values),  elements(outputs)};
      sum += metrics::measure_layer(view, {}).combined[metric];
    }
  }
  return sum / count;
}

struct Twin {
  const char* penalty;
  Metric metric;
  double sign;
};

class HeadDiversity : public testing::TestWithParam<Twin> {
 protected:
  static void expect_equal(trial::Settings settings) {
    settings.diversity.penalty = GetParam().penalty;
    settings.diversity.penalty_weight = 1;
    const std::vector<LayerAttention> layers = observed_layers(settings);
    const double diversity = head_diversity(penalty_of(settings), layers).item<double>();
    EXPECT_NEAR(diversity, GetParam().sign * measured(layers, GetParam().metric), 1e-12);
    EXPECT_NE(diversity, 0);
  }
};

TEST_P(HeadDiversity, IsTheMetric) {
  trial::Settings settings = small_settings(1);
  expect_equal(settings);
  settings.model.heads = 8;
  expect_equal(settings);
}

TEST_P(HeadDiversity, IsTheMetricUnderGraphsAndInOddShapes) {
  trial::Settings settings = diverse_settings(3);
  expect_equal(settings);
  settings.diversity.graph = "window";
  settings.diversity.graph_window = 2;
  expect_equal(settings);
}

INSTANTIATE_TEST_SUITE_P(Kinds, HeadDiversity,
                         testing::Values(Twin{"output", Metric::kDisagreementOutput, 1},
                                         Twin{"position", Metric::kCosineSimilarity, -1},
                                         Twin{"subspace", Metric::kDisagreementSubspace, 1},
                                         Twin{"js", Metric::kJsDivergence, 1}),
                         [](const auto& twin) { return std::string(twin.param.penalty); });

TEST(HeadDiversityBounds, EqualHeadsAreTheLeastDiverse) {
  const at::Tensor attention = at::rand({2, 1, 5, 5}, at::kDouble).tril().add(at::eye(5, at::kDouble));
  const at::Tensor rows = (attention / attention.sum(-1, true)).expand({2, 3, 5, 5});
  const at::Tensor vectors = at::randn({2, 1, 5, 4}, at::kDouble).expand({2, 3, 5, 4});
  const std::vector<LayerAttention> layers = {{rows, vectors, vectors}};
  for (const Penalty penalty : {Penalty::kOutput, Penalty::kPosition, Penalty::kSubspace}) {
    EXPECT_NEAR(head_diversity(penalty, layers).item<double>(), -1, 1e-12);
  }
  EXPECT_NEAR(head_diversity(Penalty::kJs, layers).item<double>(), 0, 1e-12);
}

TEST(HeadDiversityBounds, ZeroVectorsHaveNoDirectionAndAFiniteGradient) {
  at::Tensor values = at::zeros({1, 2, 3, 4}, at::kDouble);
  values[0][0][0][0] = 1;
  values[0][1][0][0] = 1;
  values.requires_grad_();
  const std::vector<LayerAttention> layers = {{at::eye(3, at::kDouble).expand({1, 2, 3, 3}), values, values}};
  const at::Tensor diversity = head_diversity(Penalty::kSubspace, layers);
  EXPECT_NEAR(diversity.item<double>(), -1.0 / 3, 1e-12);
  diversity.backward();
  EXPECT_TRUE(values.grad().isfinite().all().item<bool>());
}

TEST(HeadDiversityBounds, OneHeadHasNoPenalty) {
  trial::Settings settings = small_settings();
  settings.diversity.penalty = "js";
  EXPECT_EQ(penalty_of(settings), Penalty::kNone) << "its weight is zero";
  settings.diversity.penalty_weight = -0.1;
  EXPECT_EQ(penalty_of(settings), Penalty::kJs);
  settings.model.heads = 1;
  EXPECT_EQ(penalty_of(settings), Penalty::kNone);
}

}  // namespace
}  // namespace headsweep::trainer
