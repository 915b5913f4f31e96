// The fused step against the eager one in float64, and against itself.

#include "worker/trainer/fused_step.h"

#include <cmath>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "random/counter_random.h"
#include "tests/worker/fused/every_instruction_set.h"
#include "tests/worker/trainer/small_trial.h"
#include "trial/key.h"
#include "trial/parameters.h"

namespace headsweep::trainer {
namespace {

const std::vector<std::size_t> kOnly = {0};

BundleBuffers initial_buffers(const std::vector<trial::Settings>& settings, at::ScalarType dtype) {
  BundleBuffers buffers(static_cast<std::int64_t>(settings.size()),
                        trial::count_parameters(settings.front().model).total(), dtype, at::kCPU);
  for (std::size_t row = 0; row < settings.size(); ++row) {
    // Of float32 in both, so that both begin at the same point.
    buffers.parameters[static_cast<std::int64_t>(row)].copy_(
        initial_parameters(settings[row], at::kFloat, at::kCPU));
  }
  return buffers;
}

double two_norm(const at::Tensor& tensor) {
  return tensor.to(at::kDouble).norm().item<double>();
}

void expect_gradients_of_eager(const trial::Settings& settings) {
  constexpr std::int64_t kStep = 5;
  const BundleBuffers exact = initial_buffers({settings}, at::kDouble);
  const BundleBuffers fused = initial_buffers({settings}, at::kFloat);
  const BatchOutcome expected = make_eager_step({settings}, exact)->advance(kStep, kOnly).front();
  const BatchOutcome outcome = make_fused_step({settings}, fused, 1)->advance(kStep, kOnly).front();
  EXPECT_NEAR(outcome.loss, expected.loss, 1e-6 * expected.loss);
  EXPECT_NEAR(outcome.accuracy, expected.accuracy, 1e-3);
  const at::Tensor exact_gradient = exact.gradients[0];
  const at::Tensor gradient = fused.gradients[0].to(at::kDouble);
  const double whole = two_norm(exact_gradient);
  for (const trial::ParameterTensor& tensor : trial::parameter_layout(settings.model)) {
    const at::Tensor own = exact_gradient.narrow(0, tensor.offset, tensor.count());
    const at::Tensor error = gradient.narrow(0, tensor.offset, tensor.count()) - own;
    EXPECT_LT(two_norm(error), std::max(2e-6 * two_norm(own), 1e-6 * whole)) << tensor.name;
  }
}

std::int64_t draw(std::uint32_t trial, std::uint32_t what, std::int64_t lowest, std::int64_t highest) {
  const auto block = random::random_block(trial, random::Purpose::kInitialWeights, what, 0, 0);
  return lowest + random::uniform_below(block[0], static_cast<std::uint32_t>(highest - lowest + 1));
}

// Shapes that are no multiple of anything, among others.
trial::Settings random_settings(std::uint32_t number, double dropout) {
  trial::Settings settings = small_settings(number);
  settings.model.vocabulary = draw(number, 0, 5, 90);
  settings.model.length = draw(number, 1, 2, 70);
  settings.model.layers = draw(number, 2, 1, 3);
  settings.model.heads = draw(number, 3, 1, 6);
  settings.model.width = draw(number, 4, 1, 9) * settings.model.heads;
  if (number % 2 == 1) settings.model.head_width = draw(number, 5, 1, 20);
  settings.model.mlp_width = draw(number, 6, 3, 150);
  settings.model.wider_mlps = settings.model.layers - 1;
  settings.model.dropout = dropout;
  settings.training.batch = draw(number, 7, 1, 30);
  return settings;
}

TEST(FusedStep, GradientsAreThoseOfEagerForRandomShapesUnderEveryInstructionSet) {
  fused::for_every_instruction_set([] {
    for (std::uint32_t number = 0; number < 12; ++number) {
      for (const double dropout : {0.0, 0.2}) {
        const trial::Settings settings = random_settings(number, dropout);
        SCOPED_TRACE(trial::canonical_json(settings));
        expect_gradients_of_eager(settings);
      }
    }
  });
}

TEST(FusedStep, GradientsAreThoseOfEagerForThePapersModel) {
  for (const std::int64_t heads : {1, 4, 8, 16}) {
    trial::Settings settings;  // the paper's
    settings.model.heads = heads;
    settings.training.batch = 13;
    SCOPED_TRACE(std::to_string(heads) + " heads");
    expect_gradients_of_eager(settings);
  }
}

// Far from the sizes that the kernels were made for.
TEST(FusedStep, GradientsAreThoseOfEagerForLargeShapes) {
  struct Shape {
    std::int64_t vocabulary;
    std::int64_t length;
    std::int64_t width;
    std::int64_t layers;
    std::int64_t heads;
    std::int64_t mlp_width;
  };
  for (const Shape& shape :
       {Shape{1500, 40, 320, 2, 5, 1300}, Shape{30, 700, 24, 1, 3, 40}, Shape{30, 50, 48, 9, 48, 40}}) {
    trial::Settings settings;
    settings.model.vocabulary = shape.vocabulary;
    settings.model.length = shape.length;
    settings.model.width = shape.width;
    settings.model.layers = shape.layers;
    settings.model.heads = shape.heads;
    settings.model.mlp_width = shape.mlp_width;
    settings.training.batch = 2;
    settings.training.samples = 8;
    SCOPED_TRACE(trial::canonical_json(settings));
    expect_gradients_of_eager(settings);
  }
}

TEST(FusedStep, GradientsAreThoseOfEagerForTiedHeadsAndSparseLoss) {
  trial::Settings settings = small_settings();
  settings.model.heads = 4;
  settings.model.tied_heads = 0.5;
  settings.training.task = "induction";  // a loss at the queries only
  expect_gradients_of_eager(settings);
}

TEST(FusedStep, GradientsAreThoseOfEagerForEveryGraph) {
  for (const std::string graph : {"window", "dilated", "random"}) {
    for (const bool shared : {false, true}) {
      trial::Settings settings = small_settings();
      settings.model.length = 29;
      settings.model.heads = 4;
      settings.diversity.graph = graph;
      settings.diversity.graph_shared = shared;
      settings.diversity.graph_window = 3;
      SCOPED_TRACE(trial::canonical_json(settings));
      expect_gradients_of_eager(settings);
    }
  }
}

TEST(FusedStep, LossesFollowThoseOfEager) {
  trial::Settings settings = small_settings();
  settings.training.batch = 25;
  const BundleBuffers exact = initial_buffers({settings}, at::kDouble);
  const BundleBuffers fused = initial_buffers({settings}, at::kFloat);
  const auto eager_step = make_eager_step({settings}, exact);
  const auto fused_step = make_fused_step({settings}, fused, 1);
  for (std::int64_t step = 0; step < 100; ++step) {
    const double expected = eager_step->advance(step, kOnly).front().loss;
    ASSERT_NEAR(fused_step->advance(step, kOnly).front().loss, expected, 5e-4) << "step " << step;
  }
}

at::Tensor parameters_after(const trial::Settings& settings, std::size_t threads, std::int64_t steps) {
  const BundleBuffers buffers = initial_buffers({settings}, at::kFloat);
  const auto step = make_fused_step({settings}, buffers, threads);
  for (std::int64_t i = 0; i < steps; ++i) step->advance(i, kOnly);
  return buffers.parameters[0].clone();
}

TEST(FusedStep, BitsDoNotDependOnTheThreads) {
  const trial::Settings settings = small_settings(3);
  const at::Tensor one = parameters_after(settings, 1, 10);
  EXPECT_TRUE(at::equal(one, parameters_after(settings, 2, 10)));
  EXPECT_TRUE(at::equal(one, parameters_after(settings, 4, 10)));
  EXPECT_FALSE(at::equal(one, parameters_after(small_settings(4), 1, 10)));
}

TEST(FusedStep, BitsDoNotDependOnTheBundleOrARestart) {
  const std::vector<trial::Settings> settings = {small_settings(1), small_settings(2)};
  const BundleBuffers together = initial_buffers(settings, at::kFloat);
  const std::vector<std::size_t> both = {0, 1};
  for (std::int64_t i = 0; i < 10; ++i) {
    // A step made anew knows nothing of the steps before.
    make_fused_step(settings, together, 2)->advance(i, both);
  }
  for (std::int64_t row = 0; row < 2; ++row) {
    const trial::Settings& own = settings[static_cast<std::size_t>(row)];
    EXPECT_TRUE(at::equal(parameters_after(own, 1, 10), together.parameters[row]));
  }
}

}  // namespace
}  // namespace headsweep::trainer
