// The eager step against finite differences and against itself in a bundle, Adam against its formula, masks
// against their twin.

#include <cmath>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "tests/worker/trainer/small_trial.h"
#include "trial/parameters.h"
#include "worker/trainer/adam.h"
#include "worker/trainer/batches.h"
#include "worker/trainer/dropout_tensors.h"
#include "worker/trainer/model.h"
#include "worker/trainer/training_loss.h"
#include "worker/trainer/training_step.h"

namespace headsweep::trainer {
namespace {

TrainingLoss loss_of(const trial::Settings& settings, const at::Tensor& flat, const Sequences& batch,
                     std::span<const LayerDropout> dropout) {
  const at::NoGradGuard no_grad;
  const auto ids = [&](const std::vector<std::int64_t>& values) {
    return at::tensor(values, at::kLong).view({batch.count, batch.length});
  };
  const Model model(settings, parameter_views(settings.model, flat));
  return training_loss(settings, model, ids(batch.tokens), ids(batch.targets), dropout);
}

void expect_gradients_by_differences(const trial::Settings& settings) {
  const std::int64_t count = trial::count_parameters(settings.model).total();
  BundleBuffers buffers(1, count, at::kDouble, at::kCPU);
  const at::Tensor initial = initial_parameters(settings, at::kDouble, at::kCPU);
  buffers.parameters[0].copy_(initial);
  const std::size_t only[] = {0};
  constexpr std::int64_t kStep = 3;
  const BatchOutcome outcome = make_eager_step({settings}, buffers)->advance(kStep, only).front();

  const Sequences batch = Batches(settings).at(kStep);
  DropoutTensors dropout(settings, all_rows(settings), at::kDouble, at::kCPU);
  const auto masks = dropout.masks(settings, kStep);
  const TrainingLoss loss = loss_of(settings, initial, batch, masks);
  EXPECT_DOUBLE_EQ(outcome.loss, loss.task.item<double>());
  EXPECT_EQ(outcome.diversity.has_value(), loss.diversity.defined());
  const auto objective = [&](const at::Tensor& flat) {
    return loss_of(settings, flat, batch, masks).objective.item<double>();
  };
  constexpr double kDelta = 1e-5;
  const at::Tensor moved = initial.clone();
  for (const trial::ParameterTensor& tensor : trial::parameter_layout(settings.model)) {
    // A few elements of every tensor, spread.
    for (std::int64_t i = 0; i < tensor.count(); i += std::max<std::int64_t>(1, tensor.count() / 5)) {
      const std::int64_t element = tensor.offset + i;
      const at::Tensor place = moved[element];
      const double before = place.item<double>();
      place.fill_(before + kDelta);
      const double above = objective(moved);
      place.fill_(before - kDelta);
      const double below = objective(moved);
      place.fill_(before);
      EXPECT_NEAR(buffers.gradients[0][element].item<double>(), (above - below) / (2 * kDelta), 1e-8)
          << tensor.name << " element " << i;
    }
  }
}

TEST(Gradients, AgreeWithFiniteDifferences) {
  trial::Settings settings = small_settings();
  settings.model.dropout = 0;
  expect_gradients_by_differences(settings);
}

TEST(Gradients, AgreeWithFiniteDifferencesUnderDropoutAndWideHeads) {
  trial::Settings settings = small_settings(3);
  settings.model.dropout = 0.3;
  settings.model.head_width = 5;
  expect_gradients_by_differences(settings);
}

// Heavy penalties, so that their gradients are as large as those of the cross entropy.
class PenaltyGradients : public testing::TestWithParam<const char*> {};

TEST_P(PenaltyGradients, AgreeWithFiniteDifferences) {
  trial::Settings settings = small_settings(2);
  settings.model.heads = 4;
  settings.diversity.penalty = GetParam();
  settings.diversity.penalty_weight = 3;
  expect_gradients_by_differences(settings);
}

TEST_P(PenaltyGradients, AgreeWithFiniteDifferencesInDiverseModels) {
  trial::Settings settings = diverse_settings(4);
  settings.diversity.penalty = GetParam();
  settings.diversity.penalty_weight = -2;
  expect_gradients_by_differences(settings);
}

INSTANTIATE_TEST_SUITE_P(Kinds, PenaltyGradients, testing::Values("output", "position", "subspace", "js"),
                         [](const auto& kind) { return std::string(kind.param); });

TEST(Gradients, ABundleRowIsThatOfTheTrialAlone) {
  const std::vector<trial::Settings> settings = {diverse_settings(1), diverse_settings(2)};
  const std::int64_t count = trial::count_parameters(settings[0].model).total();
  BundleBuffers together(2, count, at::kFloat, at::kCPU);
  for (std::int64_t row = 0; row < 2; ++row) {
    together.parameters[row].copy_(
        initial_parameters(settings[static_cast<std::size_t>(row)], at::kFloat, at::kCPU));
  }
  const std::size_t both[] = {0, 1};
  make_eager_step(settings, together)->advance(0, both);
  for (std::int64_t row = 0; row < 2; ++row) {
    const trial::Settings& own = settings[static_cast<std::size_t>(row)];
    BundleBuffers alone(1, count, at::kFloat, at::kCPU);
    alone.parameters[0].copy_(initial_parameters(own, at::kFloat, at::kCPU));
    const std::size_t only[] = {0};
    make_eager_step({own}, alone)->advance(0, only);
    EXPECT_TRUE(at::equal(alone.gradients[0], together.gradients[row]));
    EXPECT_TRUE(at::equal(alone.parameters[0], together.parameters[row]));
    EXPECT_TRUE(at::equal(alone.second_moments[0], together.second_moments[row]));
  }
}

TEST(Adam, FollowsItsFormula) {
  const at::Tensor parameter = at::full({1}, 0.5, at::kDouble);
  const at::Tensor m = at::zeros({1}, at::kDouble);
  const at::Tensor v = at::zeros({1}, at::kDouble);
  double p = 0.5;
  double first = 0;
  double second = 0;
  for (std::int64_t t = 1; t <= 20; ++t) {
    const double g = std::sin(static_cast<double>(t));
    adam_update(parameter, at::full({1}, g, at::kDouble), m, v, 0.01, t);
    first = 0.9 * first + 0.1 * g;
    second = 0.999 * second + 0.001 * g * g;
    const double mean = first / (1 - std::pow(0.9, t));
    const double variance = second / (1 - std::pow(0.999, t));
    p -= 0.01 * mean / (std::sqrt(variance) + 1e-8);
    EXPECT_NEAR(parameter.item<double>(), p, 1e-14);
  }
}

TEST(DropoutTensors, EqualTheMasksByTensorArithmetic) {
  for (const std::int64_t length : {12, 16, 21}) {
    trial::Settings settings = small_settings(6);
    settings.model.length = length;
    settings.model.heads = 4;
    DropoutTensors dropout(settings, all_rows(settings), at::kFloat, at::kCPU);
    const auto masks = dropout.masks(settings, 9);
    ASSERT_EQ(masks.size(), 2U);
    for (std::uint32_t layer = 0; layer < 2; ++layer) {
      const DropoutPlace place{6, 9, layer};
      const at::Tensor attention = attention_mask_by_tensors(settings, all_rows(settings), place, at::kFloat);
      EXPECT_TRUE(at::equal(attention.tril(), masks[layer].attention.tril()));
      EXPECT_TRUE(
          at::equal(mlp_mask_by_tensors(settings, all_rows(settings), place, at::kFloat), masks[layer].mlp));
    }
  }
}

}  // namespace
}  // namespace headsweep::trainer
