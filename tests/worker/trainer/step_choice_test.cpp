#include "worker/trainer/step_choice.h"

#include <gmock/gmock.h>

#include "tests/worker/trainer/small_trial.h"
#include "worker/trainer/bundle_training.h"

namespace headsweep::trainer {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

trial::Settings penalised_settings() {
  trial::Settings settings = small_settings();
  settings.diversity.penalty = "output";
  settings.diversity.penalty_weight = 0.1;
  return settings;
}

TEST(StepChoice, IsFusedWhereItCanBe) {
  for (const std::string asked : {"auto", "fused"}) {
    const TrainerContext context{.step = asked};
    EXPECT_EQ(choose_step(small_settings(), context).kind, "fused");
    EXPECT_EQ(choose_step(small_settings(), context).why, "");
    EXPECT_EQ(choose_step(penalised_settings(), context).kind, "eager");
    EXPECT_THAT(choose_step(penalised_settings(), context).why, HasSubstr("penalties"));
  }
  EXPECT_EQ(choose_step(small_settings(), {.step = "eager"}).kind, "eager");
  EXPECT_EQ(choose_step(small_settings(), {.step = "eager"}).why, "");
  EXPECT_EQ(choose_step(small_settings(), {.dtype = c10::kDouble}).kind, "eager");
  EXPECT_EQ(choose_step(small_settings(), {.device = c10::Device(c10::kCUDA, 0)}).kind, "eager");
}

TEST(StepChoice, NamesWhatFusedDoesNotDo) {
  trial::Settings settings = small_settings();
  settings.model.talking_heads = true;
  EXPECT_THAT(choose_step(settings, {}).why, HasSubstr("talking heads"));
  settings = small_settings();
  settings.diversity.graph = "window";
  settings.diversity.init_similarity = 0.5;
  settings.model.tied_heads = 1;
  settings.model.wider_mlps = 1;
  EXPECT_EQ(choose_step(settings, {}).kind, "fused");
}

TEST(StepChoice, TrialsOfOneBundleTakeTheirOwnSteps) {
  const TemporaryFolder store;
  RecordingAgent agent;
  const protocol::TrainBundle bundle{
      {assignment(1, penalised_settings()), assignment(2, small_settings())}, store.path().string(), 1e9};
  train_here(bundle, {}, agent);
  const auto done = agent.all<protocol::TrialDone>();
  ASSERT_THAT(done, SizeIs(2));
  EXPECT_EQ(done[0].result.step_kind, "eager");
  EXPECT_EQ(done[1].result.step_kind, "fused");
  EXPECT_THAT(done[0].result.numerics, HasSubstr(R"("step":"eager")"));
  EXPECT_THAT(done[1].result.numerics, HasSubstr(R"("kernels":)"));
  EXPECT_EQ(timeless(done[0].result), timeless(train_alone(penalised_settings())));
  EXPECT_EQ(timeless(done[1].result), timeless(train_alone(small_settings())));
  EXPECT_THAT(log_of(store, 1), HasSubstr("eager step: diversity penalties have no fused gradient"));
}

TEST(StepChoice, ACheckpointOfTheOtherStepIsNotResumed) {
  const TemporaryFolder store;
  const protocol::TrainBundle bundle{{assignment(1, small_settings())}, store.path().string(), 1e9};
  RecordingAgent stopped(10);
  train_here(bundle, {.step = "eager"}, stopped);
  RecordingAgent agent;
  train_here(bundle, {.step = "fused"}, agent);
  ASSERT_THAT(agent.all<protocol::TrialDone>(), SizeIs(1));
  EXPECT_EQ(timeless(agent.all<protocol::TrialDone>()[0].result), timeless(train_alone(small_settings())));
  EXPECT_THAT(log_of(store, 1), HasSubstr("begins at step 0 of 40 on cpu, fused step"));
}

}  // namespace
}  // namespace headsweep::trainer
