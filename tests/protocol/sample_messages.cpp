#include "sample_messages.h"

namespace headsweep::protocol {
namespace {

metrics::MetricSummaries sample_summaries() {
  metrics::MetricSummaries summaries;
  summaries[0] = {16.1, 0.2, 50, 0};
  summaries[1] = {1e5 + 0.1, 0.3, 7, 3};
  summaries[metrics::kMetricCount - 1] = {-0.7, 0.1, 1, 0};
  return summaries;
}

metrics::MetricValues sample_values() {
  metrics::MetricValues values;
  values.values[0] = 16.1;
  values.values[1] = 1e300;
  return values;
}

std::vector<Assignment> sample_bundle() {
  trial::Settings settings;
  settings.model.heads = 4;
  settings.training.task = "cycle";
  settings.training.learning_rate = 0.003;
  settings.seed = 3;
  return {Assignment{7, 12, "c0ffee", settings, 18512, true},
          Assignment{8, 13, "beef", trial::Settings{}, 172800, false}};
}

}  // namespace

TrialResult sample_result() {
  const LayerMeasurement layer{1, Split::kHeldOut, sample_summaries()};
  TrialResult result{};
  result.parameters = 18512;
  result.steps = 240;
  result.train_loss = 0.01;
  result.train_accuracy = 0.99;
  result.loss = 0.02;
  result.accuracy = 0.98;
  result.steps_to_90 = 120;
  result.train_seconds = 3.3;
  result.measure_seconds = 0.1;
  result.tokens = 122'880;
  result.flops = 1.1e12 + 0.1;
  result.step_kind = "eager";
  result.device = "cpu";
  result.numerics = R"({"dtype":"float32"})";
  result.build = "0.1.0 abc";
  result.model_file = "models/12.pt";
  result.model_sha256 = "00ff";
  result.layers = {layer, {kWholeModel, Split::kTrain, {}}};
  result.heads = {{1, 2, Split::kTrain, 5, sample_summaries()}};
  result.nulls = {{"untrained", layer}};
  result.curve = {{60, 1.3, 0.4, -0.2, {layer}}, {120, 0.7, 0.8, std::nullopt, {}}};
  result.sequences = {{1, 3, Split::kTrain, 49, sample_values()}, {kWholeModel, {}, Split::kHeldOut, 0, {}}};
  result.nodes = {{1, Split::kHeldOut, 99, 0.7, 0.1, 3.6, 0.3, 50}};
  return result;
}

std::vector<Message> sample_messages() {
  return {WorkerHello{"node7", 4711, "cuda:1", 2},
          WorkerHeartbeat{},
          AttemptProgress{7, 100, 33.3},
          AttemptDone{7, sample_result()},
          AttemptFailed{8, EndReason::kTrainerKilled, "signal 11", 11, std::nullopt, "last\nlines"},
          AttemptsReturned{{9, 10, 1'000'000'000'000}},
          WorkerGoodbye{},
          MemberDone{11},
          GangAddress{11, "node7", 40123},
          Welcome{"/data/results.d", "auto", 1, "eager", true, 120.1, 7200.1, 0.7},
          Assign{sample_bundle()},
          Committed{{7}},
          CoordinatorHeartbeat{},
          Drain{"walltime"},
          Shutdown{},
          GivenUp{},
          AbandonAttempt{11, "worker 3 is lost"},
          TrainBundle{{sample_bundle().front()}, "/data/results.d", 1.1, GangPlace{0, 2, false}},
          StopTraining{},
          TrainerHello{4712, "cpu", "2.13.0"},
          TrialProgress{7, 60, 31.9, true},
          TrialDone{7, sample_result()},
          TrialError{8, EndReason::kDiverged, "loss is NaN at step 17"},
          TrialStopped{8, 90},
          ChooseStack{sample_bundle().front().settings},
          StackChosen{32}};
}

}  // namespace headsweep::protocol
