// What a trained trial's rows say, and that kept weights give the same rows again.
#include "worker/trainer/trial_measurement.h"

#include <fstream>
#include <map>
#include <sstream>

#include <gmock/gmock.h>

#include "errors/user_error.h"
#include "protocol/frame.h"
#include "tests/worker/trainer/small_trial.h"
#include "worker/trainer/bundle_buffers.h"
#include "worker/trainer/bundle_training.h"
#include "worker/trainer/remeasure_models.h"

namespace headsweep::trainer {
namespace {

using metrics::Metric;
using testing::HasSubstr;
using testing::SizeIs;

const metrics::MetricSummary& of(const metrics::MetricSummaries& summaries, Metric metric) {
  return summaries[static_cast<std::size_t>(metric)];
}

// By name, for one layer of the training sequences.
std::map<std::string, metrics::MetricSummaries> nulls_of(const protocol::TrialResult& result,
                                                         std::int64_t layer) {
  std::map<std::string, metrics::MetricSummaries> nulls;
  for (const protocol::NullMeasurement& null : result.nulls) {
    const protocol::LayerMeasurement& row = null.measurement;
    if (row.layer == layer && row.split == protocol::Split::kTrain) nulls[null.null] = row.metrics;
  }
  return nulls;
}

trial::Settings detailed_settings() {
  trial::Settings settings = small_settings();
  settings.measure.permuted_draws = 3;
  settings.measure.sequence_metrics = true;
  settings.measure.node_fidelity = true;
  return settings;
}

TEST(TrialMeasurement, EveryNullStandsBesideEveryLayerAndTheWholeModel) {
  const protocol::TrialResult result = train_alone(detailed_settings());
  EXPECT_THAT(result.nulls, SizeIs(2 * 3 * 4));  // splits x (layers and the whole model) x nulls
  for (const std::int64_t layer : {std::int64_t{0}, std::int64_t{1}, protocol::kWholeModel}) {
    const auto nulls = nulls_of(result, layer);
    for (const char* const name : {"untrained", "permuted", "crossed", "equal_weights"}) {
      ASSERT_TRUE(nulls.contains(name)) << name;
      const auto& fidelity = of(nulls.at(name), Metric::kFidelityMinInner);
      EXPECT_EQ(fidelity.n, std::string(name) == "permuted" ? 18 : 6) << name;
      EXPECT_GT(fidelity.mean, 0) << name;
    }
    EXPECT_NE(of(nulls.at("permuted"), Metric::kFidelityMinInner).mean,
              of(nulls.at("equal_weights"), Metric::kFidelityMinInner).mean);
  }
  EXPECT_EQ(of(nulls_of(result, 0).at("permuted"), Metric::kCommutatorNorm).n, 6);  // of the first draw
  EXPECT_EQ(of(nulls_of(result, 0).at("permuted"), Metric::kFidelitySynergyInner).n, 18);
}

TEST(TrialMeasurement, WithoutDrawsThereIsNoPermutedNull) {
  trial::Settings settings = small_settings();
  settings.measure.permuted_draws = 0;
  EXPECT_FALSE(nulls_of(train_alone(settings), 0).contains("permuted"));
}

TEST(TrialMeasurement, SequencesAndPositionsAddUpToTheSummaries) {
  const protocol::TrialResult result = train_alone(detailed_settings());
  EXPECT_THAT(result.sequences,
              SizeIs(2 * 6 * (2 * 3 + 1)));       // splits x sequences x (layers x (it and heads), model)
  EXPECT_THAT(result.nodes, SizeIs(2 * 2 * 12));  // splits x layers x positions
  double sum = 0;
  for (const protocol::SequenceMeasurement& row : result.sequences) {
    const bool wanted = row.layer == 1 && row.head == 1 && row.split == protocol::Split::kHeldOut;
    if (wanted) sum += row.metrics[Metric::kFidelityMinInner];
  }
  for (const protocol::HeadMeasurement& row : result.heads) {
    const bool wanted = row.layer == 1 && row.head == 1 && row.split == protocol::Split::kHeldOut;
    if (wanted) {
      EXPECT_NEAR(of(row.metrics, Metric::kFidelityMinInner).mean, sum / 6, 1e-15);
    }
  }
  for (const protocol::NodeMeasurement& node : result.nodes) {
    EXPECT_GE(node.fidelity, of(result.layers[0].metrics, Metric::kFidelityMin).mean * 1e-9);
    EXPECT_LE(node.fidelity, 1);
    EXPECT_EQ(node.n, 6);
  }
  EXPECT_THAT(train_alone(small_settings()).sequences, SizeIs(0));
}

// Trains one trial and keeps its weights.
protocol::TrialResult train_and_keep(const trial::Settings& settings, const TemporaryFolder& store) {
  protocol::Assignment kept = assignment(1, settings);
  kept.keep_model = true;
  RecordingAgent agent;
  train_here({{kept}, store.path().string(), 1e9}, {}, agent);
  return agent.all<protocol::TrialDone>().at(0).result;
}

std::vector<protocol::Message> remeasured(const std::vector<std::string>& files) {
  std::ostringstream out;
  remeasure_models(files, 1, out);
  const std::string bytes = out.str();
  protocol::FrameReader reader;
  reader.append(std::as_bytes(std::span(bytes)));
  std::vector<protocol::Message> messages;
  while (auto message = reader.next()) messages.push_back(std::move(*message));
  return messages;
}

TEST(RemeasureModels, KeptWeightsGiveTheSameRowsBitForBit) {
  const TemporaryFolder store;
  const protocol::TrialResult trained = train_and_keep(detailed_settings(), store);
  const auto messages = remeasured({(store.path() / trained.model_file).string()});
  ASSERT_THAT(messages, SizeIs(1));
  protocol::TrialResult again = std::get<protocol::TrialDone>(messages[0]).result;
  protocol::TrialResult expected{};
  expected.train_loss = trained.train_loss;
  expected.train_accuracy = trained.train_accuracy;
  expected.loss = trained.loss;
  expected.accuracy = trained.accuracy;
  expected.layers = trained.layers;
  expected.heads = trained.heads;
  expected.nulls = trained.nulls;
  expected.sequences = trained.sequences;
  expected.nodes = trained.nodes;
  EXPECT_EQ(timeless(again), timeless(expected));
}

TEST(RemeasureModels, ADamagedModelIsAnErrorOfItsTrialAlone) {
  const TemporaryFolder store;
  const auto good = store.path() / train_and_keep(small_settings(), store).model_file;
  const auto bad = good.parent_path() / "bad.hsm";
  std::filesystem::copy_file(good, bad);
  const auto renamed = good.parent_path() / "other.hsm";
  std::filesystem::copy_file(good, renamed);
  std::fstream(bad, std::ios::in | std::ios::out | std::ios::binary).seekp(300).put('x');
  const auto messages = remeasured({bad.string(), good.string(), renamed.string(), "/nowhere/gone.hsm"});
  ASSERT_THAT(messages, SizeIs(4));
  EXPECT_THAT(std::get<protocol::TrialError>(messages[0]).message, HasSubstr("bad.hsm"));
  EXPECT_EQ(std::get<protocol::TrialDone>(messages[1]).attempt, 1);
  EXPECT_THAT(std::get<protocol::TrialError>(messages[2]).message, HasSubstr("another model"));
  EXPECT_THAT(std::get<protocol::TrialError>(messages[3]).message, HasSubstr("gone.hsm"));
}

// An agent that is gone, say: the threads have ended when the caller hears of it.
TEST(TrialMeasurement, PassesOnWhatASignOfLifeThrows) {
  const trial::Settings settings = small_settings();
  const at::Tensor parameters = initial_parameters(settings, at::kFloat, at::kCPU);
  protocol::TrialResult result{};
  const MeasurementWork work{.threads = 3, .sign_of_life = [] { throw UserError("gone"); }};
  EXPECT_THROW(measure_trained(settings, parameters, work, result), UserError);
}

}  // namespace
}  // namespace headsweep::trainer
