#include "worker/trainer/measure_files.h"

#include <numeric>

#include <ATen/Functions.h>
#include <nlohmann/json.hpp>

#include "errors/nearest_name.h"
#include "errors/user_error.h"
#include "tasks/task.h"
#include "worker/trainer/input_sequences.h"
#include "worker/trainer/measurement.h"
#include "worker/trainer/model_source.h"

namespace headsweep::trainer {
namespace {

using Json = nlohmann::ordered_json;
using metrics::MetricValues;
using metrics::Scope;

// JSON has neither infinity nor NaN.
Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

bool has_meaning(const metrics::MetricInfo& info, Scope where) {
  return info.scope == where || info.scope == Scope::kBoth;
}

Json metrics_json(const std::vector<MetricValues>& sequences, Scope where) {
  const metrics::MetricSummaries summaries = metrics::summarize(sequences);
  Json object = Json::object();
  for (const metrics::MetricInfo& info : metrics::all_metrics()) {
    if (!has_meaning(info, where)) continue;
    const metrics::MetricSummary& summary = summaries[static_cast<std::size_t>(info.metric)];
    Json per_sequence = Json::array();
    for (const MetricValues& values : sequences) per_sequence.push_back(number(values[info.metric]));
    object[std::string(info.name)] = {{"mean", number(summary.mean)},
                                      {"std", number(summary.std)},
                                      {"n", summary.n},
                                      {"censored", summary.censored},
                                      {"per_sequence", std::move(per_sequence)}};
  }
  return object;
}

Json layer_json(std::size_t layer, const std::vector<metrics::LayerValues>& sequences) {
  std::vector<MetricValues> combined;
  for (const metrics::LayerValues& values : sequences) combined.push_back(values.combined);
  Json heads = Json::array();
  for (std::size_t head = 0; head < sequences.front().heads.size(); ++head) {
    std::vector<MetricValues> of_head;
    for (const metrics::LayerValues& values : sequences) of_head.push_back(values.heads[head]);
    heads.push_back({{"head", head}, {"metrics", metrics_json(of_head, Scope::kHead)}});
  }
  return {{"layer", layer}, {"metrics", metrics_json(combined, Scope::kLayer)}, {"heads", std::move(heads)}};
}

Json rollout_json(const std::vector<MetricValues>& sequences) {
  Json metrics = metrics_json(sequences, Scope::kHead);
  metrics.erase(std::string(metrics::metric_info(metrics::Metric::kHeadImportance).name));  // it is no head
  return {{"metrics", std::move(metrics)}};
}

void apply_options(const Arguments& arguments, const std::string& path, LoadedModel& model) {
  trial::Settings& settings = model.settings;
  if (!arguments.task.empty()) settings.training.task = arguments.task;
  if (arguments.task.empty() && !model.knows_task) {
    throw UserError("'" + path + "': a state_dict does not say its task; give --task");
  }
  if (!tasks::find_task(settings.training.task)) {
    std::vector<std::string_view> names;
    for (const tasks::Task* const task : tasks::all_tasks()) names.push_back(task->name());
    throw UserError("unknown task '" + settings.training.task + "'" +
                    did_you_mean(settings.training.task, names));
  }
  if (arguments.seed) settings.seed = *arguments.seed;
  if (arguments.sequences) settings.measure.sequences = *arguments.sequences;
  settings.training.samples = 0;  // no training set limits what is held out
  if (const auto problem = trial::check_together(settings)) throw UserError("'" + path + "': " + *problem);
}

Json measure_file(const Arguments& arguments, const std::string& path) {
  LoadedModel model = load_model(path, arguments.heads);
  const std::uint32_t trained_seed =
      model.settings.seed;  // --seed is of the sequences; random head graphs have theirs
  apply_options(arguments, path, model);
  const Sequences sequences = arguments.inputs.empty()
                                  ? measured_sequences(model.settings, tasks::Split::kHeldOut)
                                  : read_input_sequences(arguments.inputs, model.settings);
  const at::Tensor parameters =
      at::tensor(model.parameters, at::kDouble).to(arguments.dtype == "float64" ? at::kDouble : at::kFloat);
  trial::Settings trained = model.settings;
  trained.seed = trained_seed;
  const Measurement measured =
      measure_model(trained, parameters, sequences,
                    {.horizon = model.settings.measure.horizon, .work = {.threads = arguments.threads}});
  Json layers = Json::array();
  for (std::size_t layer = 0; layer < measured.layers.size(); ++layer) {
    layers.push_back(layer_json(layer, measured.layers[layer]));
  }
  return {{"checkpoint", path},
          {"task", model.settings.training.task},
          {"heads", model.settings.model.heads},
          {"dtype", arguments.dtype},
          {"sequences", sequences.count},
          {"split", arguments.inputs.empty() ? "heldout" : "inputs"},
          {"loss", number(measured.loss)},
          {"accuracy", number(measured.accuracy)},
          {"layers", std::move(layers)},
          {"rollout", rollout_json(measured.rollout)}};
}

}  // namespace

std::string measure_files(const Arguments& arguments) {
  Json all = Json::array();
  for (const std::string& path : arguments.checkpoints) all.push_back(measure_file(arguments, path));
  return (all.size() == 1 ? all.front() : all).dump(1) + "\n";
}

}  // namespace headsweep::trainer
