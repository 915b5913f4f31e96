#include "tests/worker/trainer/small_trial.h"

#include "errors/check.h"
#include "protocol/log_files.h"
#include "trial/key.h"
#include "trial/parameters.h"
#include "worker/trainer/bundle_training.h"
#include "worker/trainer/whole_file.h"

namespace headsweep::trainer {

trial::Settings small_settings(std::uint32_t seed) {
  trial::Settings settings;
  settings.model.vocabulary = 12;
  settings.model.length = 12;
  settings.model.width = 16;
  settings.model.layers = 2;
  settings.model.heads = 2;
  settings.model.mlp_width = 24;
  settings.model.dropout = 0.1;
  settings.training.task = "cycle";
  settings.training.samples = 64;
  settings.training.steps = 40;
  settings.training.batch = 8;
  settings.training.learning_rate = 3e-3;
  settings.measure.sequences = 6;
  settings.measure.every = 16;
  settings.measure.horizon = 20;
  settings.seed = seed;
  return settings;
}

trial::Settings diverse_settings(std::uint32_t seed) {
  trial::Settings settings = small_settings(seed);
  settings.model.heads = 4;
  settings.model.head_width = 5;
  settings.model.tied_heads = 0.5;
  settings.model.talking_heads = true;
  settings.model.wider_mlps = 1;
  settings.diversity.init_similarity = 0.5;
  settings.diversity.init_similarity_value = 0.25;
  settings.diversity.penalty = "output";
  settings.diversity.penalty_weight = 0.3;
  settings.diversity.graph = "random";
  settings.diversity.graph_degree = 3;
  return settings;
}

protocol::Assignment assignment(std::int64_t number, const trial::Settings& settings) {
  return {
      number, number, trial::trial_key(settings), settings, trial::count_parameters(settings.model).total(),
      false};
}

std::vector<std::byte> timeless(protocol::TrialResult result) {
  result.train_seconds = 0;
  result.measure_seconds = 0;
  return protocol::encode(protocol::TrialDone{0, std::move(result)});
}

void train_here(const protocol::TrainBundle& bundle, const TrainerContext& context, AgentSide& agent) {
  CheckpointCost cost;
  train_bundle(bundle, context, agent, cost);
}

protocol::TrialResult train_alone(const trial::Settings& settings, const TrainerContext& context) {
  const TemporaryFolder store;
  RecordingAgent agent;
  train_here({{assignment(1, settings)}, store.path().string(), 1e9}, context, agent);
  const auto done = agent.all<protocol::TrialDone>();
  check(done.size() == 1, "an undisturbed trial is done");
  return done.front().result;
}

std::string log_of(const TemporaryFolder& store, std::int64_t trial) {
  const auto bytes = read_whole_file(protocol::trial_log(store.path(), trial));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace headsweep::trainer
