// The stacked step on a GPU against the eager one in float64 and the CPU's fused one, and bundles trained by it.

#include "worker/trainer/stacked_step.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "tests/worker/trainer/small_trial.h"
#include "trial/key.h"
#include "trial/parameters.h"
#include "worker/trainer/bundle_training.h"
#include "worker/trainer/device.h"
#include "worker/trainer/fused_step.h"

namespace headsweep::trainer {
namespace {

const at::Device kGpu(at::kCUDA, 0);
const std::vector<std::size_t> kOnly = {0};

BundleBuffers initial_buffers(const std::vector<trial::Settings>& settings, at::ScalarType dtype,
                              at::Device device) {
  BundleBuffers buffers(static_cast<std::int64_t>(settings.size()),
                        trial::count_parameters(settings.front().model).total(), dtype, device);
  for (std::size_t row = 0; row < settings.size(); ++row) {
    // Of float32 in all, so that all begin at the same point.
    buffers.parameters[static_cast<std::int64_t>(row)].copy_(
        initial_parameters(settings[row], at::kFloat, at::kCPU));
  }
  return buffers;
}

trial::Settings paper_model(std::int64_t heads) {
  trial::Settings settings;
  settings.model.heads = heads;
  return settings;
}

TEST(StackedStep, GradientsAreThoseOfEagerInFloat64) {
  for (const std::int64_t heads : {1, 4, 8, 16}) {
    trial::Settings settings = paper_model(heads);
    settings.training.batch = 13;
    SCOPED_TRACE(trial::canonical_json(settings));
    const BundleBuffers exact = initial_buffers({settings}, at::kDouble, at::kCPU);
    const BundleBuffers stacked = initial_buffers({settings}, at::kFloat, kGpu);
    const BatchOutcome expected = make_eager_step({settings}, exact)->advance(5, kOnly).front();
    const BatchOutcome outcome =
        make_stacked_step({settings}, stacked, /*tf32=*/false)->advance(5, kOnly).front();
    EXPECT_NEAR(outcome.loss, expected.loss, 1e-5 * expected.loss);
    const at::Tensor gradient = stacked.gradients[0].to(at::kCPU, at::kDouble);
    const double whole = exact.gradients[0].norm().item<double>();
    for (const trial::ParameterTensor& tensor : trial::parameter_layout(settings.model)) {
      const at::Tensor own = exact.gradients[0].narrow(0, tensor.offset, tensor.count());
      const at::Tensor error = gradient.narrow(0, tensor.offset, tensor.count()) - own;
      EXPECT_LT(error.norm().item<double>(), 1e-5 * std::max(own.norm().item<double>(), whole / 2))
          << tensor.name;
    }
  }
}

TEST(StackedStep, LossesFollowThoseOfTheCpu) {
  const trial::Settings settings = paper_model(4);
  const BundleBuffers on_cpu = initial_buffers({settings}, at::kFloat, at::kCPU);
  const BundleBuffers on_gpu = initial_buffers({settings}, at::kFloat, kGpu);
  const auto fused = make_fused_step({settings}, on_cpu, 4);
  const auto outcomes = make_stacked_step({settings}, on_gpu, /*tf32=*/false)->advance_several(0, 100, kOnly);
  for (std::int64_t step = 0; step < 100; ++step) {
    ASSERT_NEAR(outcomes[static_cast<std::size_t>(step)].loss, fused->advance(step, kOnly).front().loss, 1e-3)
        << "step " << step;
  }
}

// Head counts, tasks, graphs and a penalty that no kernel knows, in one bundle.
std::vector<trial::Settings> mixed_trials() {
  std::vector<trial::Settings> trials;
  for (std::uint32_t number = 0; number < 5; ++number) {
    trial::Settings settings = small_settings(number);
    settings.model.heads = std::int64_t{1} << number % 3;
    settings.measure.every = 10;
    trials.push_back(settings);
  }
  trials[1].diversity.graph = "window";
  trials[2].training.task = "copy";
  trials[4].model.heads = 2;
  trials[4].diversity.penalty = "output";
  trials[4].diversity.penalty_weight = 0.1;
  return trials;
}

std::vector<protocol::TrialDone> train_on_gpu(const std::vector<trial::Settings>& settings,
                                              bool tf32 = false) {
  const TemporaryFolder folder;
  protocol::TrainBundle bundle{{}, folder.path().string(), 1000};
  for (const trial::Settings& own : settings) {
    bundle.bundle.push_back(assignment(std::ssize(bundle.bundle) + 1, own));
  }
  RecordingAgent agent;
  train_here(bundle, {.device = kGpu, .tf32 = tf32}, agent);
  return agent.all<protocol::TrialDone>();
}

TEST(StackedStep, ResultsOfABundleAreThoseOfItsTrialsAlone) {
  const std::vector<trial::Settings> settings = mixed_trials();
  const std::vector<protocol::TrialDone> together = train_on_gpu(settings);
  ASSERT_EQ(together.size(), settings.size());
  for (std::size_t number = 0; number < settings.size(); ++number) {
    const std::vector<protocol::TrialDone> alone = train_on_gpu({settings[number]});
    ASSERT_EQ(alone.size(), 1U);
    EXPECT_EQ(timeless(together[number].result), timeless(alone.front().result)) << "trial " << number;
    EXPECT_EQ(alone.front().result.step_kind, number == 4 ? "eager" : "fused");
  }
}

TEST(StackedStep, NumericsSayWhoseProductsAreTf32) {
  const std::vector<trial::Settings> settings = mixed_trials();
  for (const bool tf32 : {false, true}) {
    const std::vector<protocol::TrialDone> done = train_on_gpu(settings, tf32);
    ASSERT_EQ(done.size(), settings.size());
    for (std::size_t number = 0; number < done.size(); ++number) {
      const std::string expected = tf32 && number != 4 ? R"("tf32":true)" : R"("tf32":false)";
      EXPECT_NE(done[number].result.numerics.find(expected), std::string::npos) << "trial " << number;
    }
  }
}

}  // namespace
}  // namespace headsweep::trainer
