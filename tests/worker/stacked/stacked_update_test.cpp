// The stacked update against the CPU's fused one, and against itself. Linked once with the programs on the host and once
// with those of a GPU.

#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "random/counter_random.h"
#include "tasks/task.h"
#include "tests/worker/stacked/stack_under_test.h"
#include "trial/key.h"
#include "trial/parameters.h"
#include "worker/stacked/stacked_support.h"

namespace headsweep::stacked {
namespace {

trial::Settings small_settings(std::uint32_t seed = 0) {
  trial::Settings settings;
  settings.seed = seed;
  settings.model.vocabulary = 20;
  settings.model.length = 21;
  settings.model.width = 24;
  settings.model.layers = 2;
  settings.model.heads = 3;
  settings.model.mlp_width = 33;
  settings.training.task = "cycle";
  settings.training.samples = 40;
  settings.training.batch = 6;
  settings.training.steps = 40;
  return settings;
}

// Trials of equal weight shapes that differ in all else.
std::vector<trial::Settings> different_trials(std::size_t count) {
  std::vector<trial::Settings> trials;
  for (std::size_t number = 0; number < count; ++number) {
    trial::Settings settings = small_settings(static_cast<std::uint32_t>(number));
    settings.model.heads = std::int64_t{1} << number % 4;
    settings.model.dropout = number % 3 == 0 ? 0.0 : 0.1 * static_cast<double>(number % 3);
    settings.training.learning_rate = 1e-3 * static_cast<double>(1 + number % 5);
    settings.training.task = number % 2 == 0 ? "cycle" : "induction";
    settings.training.samples = number % 5 == 4 ? 0 : 40;
    if (number % 3 == 1) settings.diversity.graph = "random";
    trials.push_back(settings);
  }
  return trials;
}

double two_norm(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value) * static_cast<double>(value);
  return std::sqrt(sum);
}

// How far gradients may be from those of float32: of a tensor's own norm, or of that of all.
struct Tolerance {
  double own;
  double whole;
  double loss;
};
// Float32 on both sides: twice what each may differ from float64.
constexpr Tolerance kFloat32 = {4e-6, 2e-6, 2e-6};
// Factors rounded to 11 bits, on a path of several maps and gates, of which a few open or close.
constexpr Tolerance kTf32 = {1e-2, 5e-3, 2e-3};

void expect_gradients_of_fused(const trial::Settings& settings, const StackOptions& options = {},
                               const Tolerance& tolerance = kFloat32) {
  SCOPED_TRACE(trial::canonical_json(settings));
  ASSERT_EQ(why_not_stacked(settings).value_or(""), "");
  constexpr std::int64_t kStep = 5;
  FusedTrial fused(settings);
  StackUnderTest stack({settings}, options);
  const TrialOutcome expected = fused.run(kStep);
  const TrialOutcome outcome = stack.run(kStep, 1).front();
  EXPECT_NEAR(outcome.loss, expected.loss, tolerance.loss * expected.loss);
  EXPECT_NEAR(outcome.accuracy, expected.accuracy, 1e-3);
  const std::vector<float> gradients = stack.gradients(0);
  const double whole = two_norm(fused.gradients);
  for (const trial::ParameterTensor& tensor : trial::parameter_layout(settings.model)) {
    std::vector<float> errors;
    std::vector<float> own;
    for (std::int64_t i = tensor.offset; i < tensor.offset + tensor.count(); ++i) {
      own.push_back(fused.gradients[static_cast<std::size_t>(i)]);
      errors.push_back(gradients[static_cast<std::size_t>(i)] - own.back());
    }
    EXPECT_LT(two_norm(errors), std::max(tolerance.own * two_norm(own), tolerance.whole * whole))
        << tensor.name;
  }
}

std::int64_t draw(std::uint32_t trial, std::uint32_t what, std::int64_t lowest, std::int64_t highest) {
  const auto block = random::random_block(trial, random::Purpose::kInitialWeights, what, 0, 0);
  return lowest + random::uniform_below(block[0], static_cast<std::uint32_t>(highest - lowest + 1));
}

// Shapes that are no multiple of anything but what the stacked step asks for.
trial::Settings random_settings(std::uint32_t number, double dropout) {
  trial::Settings settings = small_settings(number);
  settings.model.vocabulary = draw(number, 0, 5, 90);
  settings.model.length = draw(number, 1, 2, 70);
  settings.model.layers = draw(number, 2, 1, 3);
  settings.model.heads = std::int64_t{1} << draw(number, 3, 0, 3);
  settings.model.width = draw(number, 4, 1, 9) * std::max<std::int64_t>(4, settings.model.heads);
  if (number % 2 == 1) settings.model.head_width = 4 * draw(number, 5, 1, 6);
  settings.model.mlp_width = draw(number, 6, 3, 150);
  settings.model.wider_mlps = settings.model.layers - 1;
  settings.model.dropout = dropout;
  settings.training.batch = draw(number, 7, 1, 12);
  return settings;
}

TEST(StackedUpdate, GradientsAreThoseOfFusedForRandomShapes) {
  for (std::uint32_t number = 0; number < 12; ++number) {
    expect_gradients_of_fused(random_settings(number, number % 3 == 0 ? 0.0 : 0.2));
  }
}

TEST(StackedUpdate, GradientsAreThoseOfFusedForEveryHeadWidth) {
  for (const std::int64_t head_width : {1, 2, 4, 7, 8, 12, 16, 20, 32, 48, 64, 100, 128}) {
    trial::Settings settings = small_settings();
    settings.model.heads = 4;
    settings.model.head_width = head_width;
    settings.training.batch = 2;
    expect_gradients_of_fused(settings);
  }
}

TEST(StackedUpdate, GradientsAreThoseOfFusedForThePapersModel) {
  for (const std::int64_t heads : {1, 4, 8, 16}) {
    trial::Settings settings;
    settings.model.heads = heads;
    settings.training.batch = 3;
    expect_gradients_of_fused(settings);
  }
}

TEST(StackedUpdate, GradientsAreThoseOfFusedForTiedHeadsAndSparseLoss) {
  trial::Settings settings = small_settings();
  settings.model.heads = 6;
  settings.model.tied_heads = 0.5;
  settings.training.task = "induction";  // a loss at the queries only
  expect_gradients_of_fused(settings);
}

TEST(StackedUpdate, GradientsAreThoseOfFusedForEveryGraph) {
  for (const std::string graph : {"window", "dilated", "random"}) {
    for (const bool shared : {false, true}) {
      trial::Settings settings = small_settings();
      settings.diversity.graph = graph;
      settings.diversity.graph_shared = shared;
      settings.diversity.graph_window = 3;
      expect_gradients_of_fused(settings);
    }
  }
}

// Fresh samples, and training sets that are too large to be kept, are drawn where the update runs.
TEST(StackedUpdate, GradientsAreThoseOfFusedForSamplesThatAreDrawn) {
  for (const tasks::Task* const task : tasks::all_tasks()) {
    for (const std::int64_t samples : {0, 300'000}) {
      trial::Settings settings = small_settings();
      settings.training.task = task->name();
      settings.training.samples = samples;
      expect_gradients_of_fused(settings);
    }
  }
}

TEST(StackedUpdate, GradientsOfTensorCoresAreNearThoseOfFused) {
  for (std::uint32_t number = 0; number < 6; ++number) {
    expect_gradients_of_fused(random_settings(number, 0.1), {.tf32 = true}, kTf32);
  }
  trial::Settings paper;
  paper.model.heads = 8;
  paper.training.batch = 2;
  expect_gradients_of_fused(paper, {.tf32 = true}, kTf32);
}

TEST(StackedUpdate, TensorCoresAreAskedForOrLeftAlone) {
  trial::Settings settings = small_settings();
  settings.training.samples = 0;
  StackUnderTest float32({settings});
  StackUnderTest tf32({settings}, {.tf32 = true});
  float32.run(0, 1);
  tf32.run(0, 1);
  EXPECT_NE(float32.parameters(0), tf32.parameters(0));
}

TEST(StackedUpdate, LossesFollowThoseOfFused) {
  for (const std::int64_t samples : {40, 0}) {
    trial::Settings settings = small_settings();
    settings.training.samples = samples;
    FusedTrial fused(settings);
    StackUnderTest stack({settings});
    const std::vector<TrialOutcome> outcomes = stack.run(0, 40);
    for (std::int64_t step = 0; step < 40; ++step) {
      ASSERT_NEAR(outcomes[static_cast<std::size_t>(step)].loss, fused.run(step).loss, 5e-4)
          << "step " << step;
    }
  }
}

void expect_equal_bits_in_every_stack(bool tf32) {
  constexpr std::int64_t kUpdates = 3;
  const std::vector<trial::Settings> settings = different_trials(7);
  std::vector<std::vector<float>> alone;
  for (const trial::Settings& own : settings) {
    StackUnderTest stack({own}, {.tf32 = tf32});
    stack.run(0, kUpdates);
    alone.push_back(stack.parameters(0));
  }
  for (const std::size_t size : {2U, 7U}) {
    StackUnderTest stack({settings.begin(), settings.begin() + static_cast<std::ptrdiff_t>(size)},
                         {.trials_at_once = 3, .tf32 = tf32});
    stack.run(0, kUpdates);
    for (std::size_t trial = 0; trial < size; ++trial) {
      EXPECT_EQ(stack.parameters(trial), alone[trial]) << "trial " << trial << " of " << size;
    }
  }
  EXPECT_NE(alone[0], alone[1]);
}

TEST(StackedUpdate, BitsDoNotDependOnTheStack) {
  expect_equal_bits_in_every_stack(/*tf32=*/false);
}

TEST(StackedUpdate, BitsDoNotDependOnTheStackWithTensorCores) {
  expect_equal_bits_in_every_stack(/*tf32=*/true);
}

TEST(StackedUpdate, BitsDoNotDependOnWhoLeftOrHowManyUpdatesARunHas) {
  const std::vector<trial::Settings> settings = different_trials(3);
  StackUnderTest together(settings);
  together.run(0, 4);
  StackUnderTest apart(settings);
  apart.run(0, 1);
  apart.run(1, 1);
  apart.run(2, 2, {0, 2});  // trial 1 has left
  EXPECT_EQ(apart.parameters(0), together.parameters(0));
  EXPECT_EQ(apart.parameters(2), together.parameters(2));
  EXPECT_NE(apart.parameters(1), together.parameters(1));
}

TEST(StackedUpdate, ATrialThatDivergesDisturbsNoOther) {
  std::vector<trial::Settings> settings = different_trials(2);
  StackUnderTest sound({settings[1]});
  sound.run(0, 3);
  settings[0].training.learning_rate = 1e30;
  StackUnderTest stack(settings);
  const std::vector<TrialOutcome> outcomes = stack.run(0, 3);
  EXPECT_FALSE(std::isfinite(outcomes[4].loss));
  EXPECT_EQ(stack.parameters(1), sound.parameters(0));
}

TEST(StackedUpdate, SaysWhatItCannotTrain) {
  trial::Settings settings = small_settings();
  settings.model.width = 30;
  EXPECT_THAT(why_not_stacked(settings).value_or(""), testing::HasSubstr("multiple of 4"));
  settings = small_settings();
  settings.model.talking_heads = true;
  EXPECT_THAT(why_not_stacked(settings).value_or(""), testing::HasSubstr("talking"));
  settings = small_settings();
  settings.model.head_width = 200;
  EXPECT_THAT(why_not_stacked(settings).value_or(""), testing::HasSubstr("128 columns"));
  settings = small_settings();
  settings.model.length = 2000;
  EXPECT_THAT(why_not_stacked(settings).value_or(""), testing::HasSubstr("shared memory"));
}

}  // namespace
}  // namespace headsweep::stacked
