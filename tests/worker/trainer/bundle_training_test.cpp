#include "worker/trainer/bundle_training.h"

#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <set>
#include <thread>

#include <gmock/gmock.h>

#include "tests/worker/trainer/small_trial.h"
#include "trial/parameters.h"
#include "trial/sha256.h"
#include "worker/trainer/model_file.h"
#include "worker/trainer/model_source.h"
#include "worker/trainer/whole_file.h"

namespace headsweep::trainer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(BundleTraining, ATrialIsTrainedAndMeasured) {
  const trial::Settings settings = small_settings();
  const protocol::TrialResult result = train_alone(settings);
  EXPECT_EQ(result.parameters, trial::count_parameters(settings.model).total());
  EXPECT_EQ(result.steps, 40);
  EXPECT_EQ(result.tokens, 40 * 8 * 12);
  EXPECT_EQ(result.step_kind, "fused");
  EXPECT_EQ(result.device, "cpu");
  EXPECT_THAT(result.numerics, HasSubstr(R"("dtype":"float32")"));
  EXPECT_LT(result.train_loss, std::log(12.0));
  EXPECT_GT(result.loss, 0);
  EXPECT_THAT(result.layers, SizeIs(2 * 3));     // splits x (layers and the whole model)
  EXPECT_THAT(result.heads, SizeIs(2 * 2 * 2));  // splits x layers x heads
  EXPECT_THAT(result.nulls, SizeIs(2 * 3 * 4));  // untrained, permuted, crossed, equal weights
  EXPECT_EQ(result.nulls.front().null, "untrained");
  EXPECT_EQ(result.model_file, "");
  const auto& mixing = result.layers[0].metrics[static_cast<std::size_t>(metrics::Metric::kMixingTimePaper)];
  EXPECT_EQ(mixing.n, 6);
  EXPECT_GT(mixing.mean, 0);
}

TEST(BundleTraining, TheCurveHasItsPointsAndTheLayersAlongTheWay) {
  const protocol::TrialResult result = train_alone(small_settings());
  ASSERT_THAT(result.curve, SizeIs(40));
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(result.curve[i].step, static_cast<std::int64_t>(i) + 1);
    EXPECT_THAT(result.curve[i].layers, SizeIs(i == 15 || i == 31 ? 6 : 0));
  }
  EXPECT_NEAR(result.curve.front().loss, std::log(12.0), 1);
}

TEST(BundleTraining, TheSameSettingsGiveTheSameBits) {
  EXPECT_EQ(timeless(train_alone(small_settings())), timeless(train_alone(small_settings())));
  EXPECT_NE(timeless(train_alone(small_settings())), timeless(train_alone(small_settings(1))));
}

TEST(BundleTraining, ATrialDoesNotDependOnItsBundle) {
  // 11 tokens: a row of the buffers is no multiple of a vector long.
  std::vector<trial::Settings> settings;
  protocol::TrainBundle bundle;
  const TemporaryFolder store;
  for (std::uint32_t seed = 0; seed < 3; ++seed) {
    settings.push_back(small_settings(seed));
    settings.back().model.vocabulary = 11;
    settings.back().training.learning_rate = 1e-3 * (seed + 1);
    bundle.bundle.push_back(assignment(seed + 1, settings.back()));
  }
  bundle.store_folder = store.path().string();
  bundle.checkpoint_every_seconds = 1e9;
  RecordingAgent agent;
  train_here(bundle, {}, agent);
  const auto done = agent.all<protocol::TrialDone>();
  ASSERT_THAT(done, SizeIs(3));
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(done[i].attempt, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(timeless(done[i].result), timeless(train_alone(settings[i]))) << "trial " << i;
  }
}

TEST(BundleTraining, ADiverseTrialDoesNotDependOnItsBundle) {
  std::vector<trial::Settings> settings = {diverse_settings(0), diverse_settings(1), diverse_settings(2)};
  settings[1].diversity = {.penalty = "js", .penalty_weight = -0.5, .graph = "window", .graph_window = 2};
  settings[2].diversity = {.graph = "dilated", .graph_shared = true, .graph_window = 3};
  const TemporaryFolder store;
  protocol::TrainBundle bundle{{}, store.path().string(), 1e9};
  for (const trial::Settings& one : settings) {
    bundle.bundle.push_back(assignment(std::ssize(bundle.bundle) + 1, one));
  }
  RecordingAgent agent;
  train_here(bundle, {}, agent);
  const auto done = agent.all<protocol::TrialDone>();
  ASSERT_THAT(done, SizeIs(3));
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(timeless(done[i].result), timeless(train_alone(settings[i]))) << "trial " << i;
  }
}

TEST(BundleTraining, HeadCountsAndDropoutMayDifferInABundle) {
  std::vector<trial::Settings> settings(4, small_settings());
  settings[1].model.heads = 4;
  settings[2].model.heads = 1;
  settings[2].model.dropout = 0;
  settings[3].model.heads = 1;
  settings[3].model.head_width = 16;
  for (const char* step : {"fused", "eager"}) {
    const TemporaryFolder store;
    protocol::TrainBundle bundle{{}, store.path().string(), 1e9};
    for (const trial::Settings& one : settings) {
      bundle.bundle.push_back(assignment(std::ssize(bundle.bundle) + 1, one));
    }
    RecordingAgent agent;
    train_here(bundle, {.step = step}, agent);
    const auto done = agent.all<protocol::TrialDone>();
    ASSERT_THAT(done, SizeIs(settings.size()));
    for (std::size_t i = 0; i < settings.size(); ++i) {
      const TemporaryFolder own_store;
      RecordingAgent alone;
      train_here({{bundle.bundle[i]}, own_store.path().string(), 1e9}, {.step = step}, alone);
      EXPECT_EQ(timeless(done[i].result), timeless(alone.all<protocol::TrialDone>().at(0).result))
          << step << " step, trial " << i;
    }
  }
}

TEST(BundleTraining, ThePenaltyIsLoggedApartFromTheLoss) {
  trial::Settings settings = small_settings();
  settings.diversity.penalty = "js";
  settings.diversity.penalty_weight = 5;
  const protocol::TrialResult rewarded = train_alone(settings);
  settings.diversity.penalty_weight = -5;
  const protocol::TrialResult punished = train_alone(settings);
  // The same weights at first; then what is rewarded grows, what is punished shrinks.
  EXPECT_EQ(rewarded.curve.front().loss, punished.curve.front().loss);
  EXPECT_EQ(rewarded.curve.front().diversity, punished.curve.front().diversity);
  EXPECT_GT(*rewarded.curve.back().diversity, 2 * *rewarded.curve.front().diversity);
  EXPECT_LT(*punished.curve.back().diversity, *punished.curve.front().diversity / 2);
  EXPECT_GT(rewarded.curve.back().loss, 0);
  EXPECT_EQ(train_alone(small_settings()).curve.front().diversity, std::nullopt);
}

TEST(BundleTraining, HeadsSayHowManyPositionsTheirGraphsLeaveUnreachable) {
  trial::Settings settings = small_settings();
  settings.diversity.graph = "window";
  settings.diversity.graph_window = 2;  // of 12 positions; head 1 sees lags 2 and 3 and so never distance 1
  for (const protocol::HeadMeasurement& head : train_alone(settings).heads) {
    EXPECT_EQ(head.unreachable_positions, head.head);
  }
  for (const protocol::HeadMeasurement& head : train_alone(small_settings()).heads) {
    EXPECT_EQ(head.unreachable_positions, 0);
  }
}

TEST(BundleTraining, OtherParametersThanPlannedAreAnError) {
  const TemporaryFolder store;
  protocol::Assignment planned = assignment(7, diverse_settings());
  const std::string counted = std::to_string(planned.parameters);
  ++planned.parameters;
  RecordingAgent agent;
  train_here({{planned}, store.path().string(), 1e9}, {}, agent);
  const auto errors = agent.all<protocol::TrialError>();
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].reason, protocol::EndReason::kError);
  EXPECT_THAT(errors[0].message, HasSubstr("trial 7 has " + counted + " parameters, its plan says " +
                                           std::to_string(planned.parameters)));
}

TEST(BundleTraining, AStoppedDiverseTrialGoesOnAndEndsLikeAnUninterruptedOne) {
  const trial::Settings settings = diverse_settings();
  const TemporaryFolder store;
  const protocol::TrainBundle bundle{{assignment(1, settings)}, store.path().string(), 1e9};
  RecordingAgent stopped(17);
  train_here(bundle, {}, stopped);
  ASSERT_THAT(stopped.all<protocol::TrialStopped>(), SizeIs(1));
  RecordingAgent agent;
  train_here(bundle, {}, agent);
  ASSERT_THAT(agent.all<protocol::TrialDone>(), SizeIs(1));
  EXPECT_EQ(timeless(agent.all<protocol::TrialDone>()[0].result), timeless(train_alone(settings)));
}

TEST(BundleTraining, AStoppedTrialGoesOnAndEndsLikeAnUninterruptedOne) {
  const trial::Settings settings = small_settings();
  const TemporaryFolder store;
  const protocol::TrainBundle bundle{{assignment(1, settings)}, store.path().string(), 1e9};
  std::int64_t step = 0;
  for (const std::int64_t looks :
       {7, 12, 40}) {  // at updates, and while layers are measured after steps 16 and 32
    RecordingAgent agent(looks);
    train_here(bundle, {}, agent);
    ASSERT_THAT(agent.all<protocol::TrialStopped>(), SizeIs(1));
    ASSERT_GT(agent.all<protocol::TrialStopped>()[0].step, step);
    step = agent.all<protocol::TrialStopped>()[0].step;
  }
  RecordingAgent agent;
  train_here(bundle, {}, agent);
  ASSERT_THAT(agent.all<protocol::TrialDone>(), SizeIs(1));
  EXPECT_EQ(timeless(agent.all<protocol::TrialDone>()[0].result), timeless(train_alone(settings)));
  EXPECT_THAT(log_of(store, 1), HasSubstr("resumes at step " + std::to_string(step)));
}

TEST(BundleTraining, AStopIsHeardWhileMeasuring) {
  // Layers are measured after steps 16, 32 and 40, each with many looks; every so often one of them is the last.
  const trial::Settings settings = small_settings();
  std::set<std::int64_t> steps;
  for (std::int64_t looks = 17; steps.size() < 4; looks += 3) {
    const TemporaryFolder store;
    const protocol::TrainBundle bundle{{assignment(1, settings)}, store.path().string(), 1e9};
    RecordingAgent stopped(looks);
    train_here(bundle, {}, stopped);
    ASSERT_THAT(stopped.all<protocol::TrialStopped>(), SizeIs(1)) << looks;
    const std::int64_t step = stopped.all<protocol::TrialStopped>()[0].step;
    if (!steps.insert(step).second) continue;
    RecordingAgent agent;
    train_here(bundle, {}, agent);
    ASSERT_THAT(agent.all<protocol::TrialDone>(), SizeIs(1));
    EXPECT_EQ(timeless(agent.all<protocol::TrialDone>()[0].result), timeless(train_alone(settings))) << step;
  }
  EXPECT_TRUE(steps.contains(16));
}

TEST(BundleTraining, TrialsOfABundleResumeFromDifferentSteps) {
  const TemporaryFolder store;
  const protocol::TrainBundle first{{assignment(1, small_settings(1))}, store.path().string(), 1e9};
  RecordingAgent stopped(10);
  train_here(first, {}, stopped);
  EXPECT_EQ(stopped.all<protocol::TrialStopped>().at(0).step, 10);
  protocol::TrainBundle both = first;
  both.bundle.push_back(assignment(2, small_settings(2)));
  RecordingAgent agent;
  train_here(both, {}, agent);
  const auto done = agent.all<protocol::TrialDone>();
  ASSERT_THAT(done, SizeIs(2));
  EXPECT_EQ(timeless(done[0].result), timeless(train_alone(small_settings(1))));
  EXPECT_EQ(timeless(done[1].result), timeless(train_alone(small_settings(2))));
}

TEST(BundleTraining, StoppedBeforeTheFirstStepThereIsNoCheckpoint) {
  const TemporaryFolder store;
  RecordingAgent agent(0);
  train_here({{assignment(1, small_settings())}, store.path().string(), 1e9}, {}, agent);
  EXPECT_EQ(agent.all<protocol::TrialStopped>().at(0).step, 0);
  EXPECT_FALSE(std::filesystem::exists(store.path() / "checkpoints"));
}

// Nothing looks for a stop but updates.
trial::Settings unmeasured_settings() {
  trial::Settings settings = small_settings();
  settings.measure.every = 0;
  return settings;
}

// Trial 1 with checkpoints of steps 10 and 20.
class CheckpointedTrial {
 public:
  CheckpointedTrial() {
    for (int i = 0; i < 2; ++i) {
      RecordingAgent stopped(10);
      train_here(bundle_, {}, stopped);
    }
  }

  void damage(std::int64_t step) const {
    const std::string name = bundle_.bundle[0].key + "." + std::to_string(step) + ".ckpt";
    std::filesystem::resize_file(store_.path() / "checkpoints" / name, 1000);
  }

  // Trains it to its end, which has to be that of an undisturbed one. What was said.
  std::string finish() const {
    RecordingAgent agent;
    train_here(bundle_, {}, agent);
    EXPECT_EQ(timeless(agent.all<protocol::TrialDone>().at(0).result),
              timeless(train_alone(unmeasured_settings())));
    return log_of(store_, 1);
  }

  void train(AgentSide& agent) const { train_here(bundle_, {}, agent); }

 private:
  TemporaryFolder store_;
  protocol::TrainBundle bundle_{{assignment(1, unmeasured_settings())}, store_.path().string(), 1e9};
};

TEST(BundleTraining, TheNewestDamagedCheckpointCostsOnlyItsSteps) {
  const CheckpointedTrial trial;
  trial.damage(20);
  const std::string log = trial.finish();
  EXPECT_THAT(log, HasSubstr(".20.ckpt' is cut off"));
  EXPECT_THAT(log, testing::EndsWith("resumes at step 10 of 40 on cpu, fused step\n"));
}

TEST(BundleTraining, WithBothCheckpointsDamagedItBeginsAgainAndSaysSo) {
  const CheckpointedTrial trial;
  trial.damage(20);
  trial.damage(10);
  const std::string log = trial.finish();
  EXPECT_THAT(log, HasSubstr(".20.ckpt' is cut off"));
  EXPECT_THAT(log, HasSubstr(".10.ckpt' is cut off"));
  EXPECT_THAT(log, testing::EndsWith("begins at step 0 of 40 on cpu, fused step\n"));
}

// Stops a trial that has been silent for longer than there may be between signs of life.
class LateStop final : public AgentSide {
 public:
  void send(const protocol::Message& message) override { listener_.send(message); }
  bool stop_requested() override {
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    return true;
  }
  std::optional<protocol::GangAddress> gang_address(protocol::AttemptId) override { return std::nullopt; }
  std::optional<std::string> abandoned(protocol::AttemptId) override { return std::nullopt; }
  [[nodiscard]] const RecordingAgent& heard() const { return listener_; }

 private:
  RecordingAgent listener_;
};

TEST(BundleTraining, WritingACheckpointIsASignOfLife) {
  const CheckpointedTrial trial;
  LateStop agent;
  trial.train(agent);
  const auto progress = agent.heard().all<protocol::TrialProgress>();
  ASSERT_THAT(progress, SizeIs(2));
  EXPECT_TRUE(progress[0].writes);
  EXPECT_FALSE(progress[1].writes);
  EXPECT_EQ(agent.heard().all<protocol::TrialStopped>().at(0).step, 20);
}

TEST(BundleTraining, ADivergedTrialSaysItsStepAndLeavesTheOthersAlone) {
  trial::Settings diverging = small_settings(5);
  diverging.training.learning_rate = 1e30;
  const TemporaryFolder store;
  RecordingAgent agent;
  train_here({{assignment(1, diverging), assignment(2, small_settings())}, store.path().string(), 1e9}, {},
             agent);
  const auto errors = agent.all<protocol::TrialError>();
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].attempt, 1);
  EXPECT_EQ(errors[0].reason, protocol::EndReason::kDiverged);
  EXPECT_THAT(errors[0].message, testing::MatchesRegex("loss is (NaN|infinite) at step [0-9]+"));
  const auto done = agent.all<protocol::TrialDone>();
  ASSERT_THAT(done, SizeIs(1));
  EXPECT_EQ(timeless(done[0].result), timeless(train_alone(small_settings())));
}

TEST(BundleTraining, UnequalShapesOrScheduleAreAnErrorOfEveryTrial) {
  trial::Settings wider = small_settings();
  wider.model.mlp_width = 32;
  trial::Settings longer = small_settings();
  longer.training.steps += 1;
  for (const trial::Settings& other : {wider, longer}) {
    const TemporaryFolder store;
    RecordingAgent agent;
    train_here({{assignment(1, small_settings()), assignment(2, other)}, store.path().string(), 1e9}, {},
               agent);
    ASSERT_THAT(agent.all<protocol::TrialError>(), SizeIs(2));
    EXPECT_THAT(agent.all<protocol::TrialError>()[1].message, HasSubstr("equal shapes"));
  }
}

TEST(BundleTraining, AFolderThatCannotBeWrittenIsNoFaultOfTheTrial) {
  for (const std::string folder : {"logs", "models"}) {
    const TemporaryFolder store;
    std::ofstream(store.path() / folder) << "in the way";
    protocol::Assignment kept = assignment(1, small_settings());
    kept.keep_model = true;
    RecordingAgent agent;
    testing::internal::CaptureStderr();
    train_here({{kept}, store.path().string(), 1e9}, {}, agent);
    testing::internal::GetCapturedStderr();
    ASSERT_THAT(agent.all<protocol::TrialError>(), SizeIs(1));
    EXPECT_EQ(agent.all<protocol::TrialError>()[0].reason, protocol::EndReason::kCannotWrite);
    EXPECT_THAT(agent.all<protocol::TrialError>()[0].message, HasSubstr(folder));
  }
}

TEST(BundleTraining, WhatCheckpointsCostIsRememberedFromBundleToBundle) {
  const TemporaryFolder store;
  CheckpointCost cost;
  for (const double seconds : {1e6, 1e6}) cost.wrote(seconds, 1);
  RecordingAgent agent(20);
  train_bundle({{assignment(1, unmeasured_settings())}, store.path().string(), 0}, {}, agent, cost);
  EXPECT_EQ(agent.all<protocol::TrialStopped>().at(0).step, 20);
  const std::filesystem::path checkpoints = store.path() / "checkpoints";
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(checkpoints), {}), 1)
      << "that of the stop alone";
}

TEST(BundleTraining, AKeptModelIsTheTrainedOneAndTheSameInEveryAttempt) {
  std::vector<std::string> hashes;
  for (const std::int64_t attempt : {4, 9}) {
    const TemporaryFolder store;
    protocol::Assignment kept = assignment(1, small_settings());
    kept.attempt = attempt;
    kept.keep_model = true;
    RecordingAgent agent;
    train_here({{kept}, store.path().string(), 1e9}, {}, agent);
    const protocol::TrialResult result = agent.all<protocol::TrialDone>().at(0).result;
    EXPECT_EQ(result.model_file, "models/" + kept.key + ".hsm");
    const auto path = store.path() / result.model_file;
    EXPECT_EQ(trial::sha256_hex(std::span<const std::byte>(read_whole_file(path))), result.model_sha256);
    EXPECT_EQ(load_model(path, std::nullopt).settings, kept.settings);
    EXPECT_EQ(read_model_file(path).step, 40);
    hashes.push_back(result.model_sha256);
  }
  EXPECT_EQ(hashes[0], hashes[1]);
}

}  // namespace
}  // namespace headsweep::trainer
