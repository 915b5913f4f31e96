// What a trial's bits depend on beside its settings, and that `numerics` says it.

#include <set>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "errors/user_error.h"
#include "tests/worker/fused/every_instruction_set.h"
#include "tests/worker/trainer/small_trial.h"
#include "worker/trainer/bundle_training.h"
#include "worker/trainer/device.h"

namespace headsweep::trainer {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

// More sequences in a batch, and more to measure, than there are threads; shapes that are no multiple of a vector.
trial::Settings settings() {
  trial::Settings settings = small_settings();
  settings.model.vocabulary = 11;
  settings.training.batch = 27;
  settings.training.samples = 0;
  settings.measure.sequences = 11;
  settings.measure.sequence_metrics = true;
  settings.measure.node_fidelity = true;
  return settings;
}

protocol::TrainBundle bundle_in(const TemporaryFolder& store) {
  return {{assignment(1, settings())}, store.path().string(), 1e9};
}

protocol::TrialResult trained(const TrainerContext& context) {
  return train_alone(settings(), context);
}

TEST(Numerics, AFusedTrialIsTheSameForAnyNumberOfThreads) {
  const protocol::TrialResult one = trained({.threads = 1});
  ASSERT_THAT(one.sequences, SizeIs(testing::Gt(0U)));
  for (const std::int64_t threads : {2, 4}) {
    EXPECT_EQ(timeless(trained({.threads = threads})), timeless(one)) << threads << " threads";
  }
  EXPECT_FALSE(nlohmann::json::parse(one.numerics).contains("threads"));
}

TEST(Numerics, AFusedTrialIsResumedWithOtherThreads) {
  const TemporaryFolder store;
  RecordingAgent stopped(10);
  train_here(bundle_in(store), {.threads = 1}, stopped);
  RecordingAgent agent;
  train_here(bundle_in(store), {.threads = 3}, agent);
  ASSERT_THAT(agent.all<protocol::TrialDone>(), SizeIs(1));
  EXPECT_EQ(timeless(agent.all<protocol::TrialDone>()[0].result), timeless(trained({.threads = 1})));
  EXPECT_THAT(log_of(store, 1), HasSubstr("resumes at step 10 of 40"));
}

TEST(Numerics, ThoseOfTheEagerStepNameItsThreads) {
  EXPECT_EQ(nlohmann::json::parse(trained({.threads = 2, .step = "eager"}).numerics).at("threads"), 2);
}

TEST(Numerics, Tf32NeedsAGpu) {
  EXPECT_THROW(require_tf32(at::kCPU), UserError);
}

TEST(Numerics, EveryInstructionSetHasItsOwn) {
  const double eager_loss = trained({.step = "eager"}).train_loss;
  std::set<std::string> numerics;
  std::size_t sets = 0;
  fused::for_every_instruction_set([&] {
    const protocol::TrialResult result = trained({.threads = 2});
    EXPECT_NEAR(result.train_loss, eager_loss, 5e-4);
    EXPECT_EQ(timeless(trained({.threads = 1})), timeless(result));
    EXPECT_EQ(nlohmann::json::parse(result.numerics).at("kernels"), fused::instruction_set());
    numerics.insert(result.numerics);
    ++sets;
  });
  EXPECT_GT(sets, 1U);  // any x86-64 with AVX2
  EXPECT_THAT(numerics, SizeIs(sets));
}

TEST(Numerics, ACheckpointOfAnotherInstructionSetIsNotResumed) {
  const TemporaryFolder store;
  std::size_t sets = 0;
  fused::for_every_instruction_set([&] {
    RecordingAgent stopped(10);
    train_here(bundle_in(store), {}, stopped);
    EXPECT_EQ(log_of(store, 1).find("other numerics") != std::string::npos, ++sets > 1);
    EXPECT_THAT(log_of(store, 1), testing::Not(HasSubstr("resumes")));
  });
  EXPECT_GT(sets, 1U);
}

}  // namespace
}  // namespace headsweep::trainer
