#include "trial/settings.h"

#include <algorithm>
#include <utility>

#include "tasks/task.h"

namespace headsweep::trial {
namespace {

// How one member is read and written through a Value.
template <class Part, class T>
struct Access {
  Part Settings::*part;
  T Part::*member;

  Value operator()(const Settings& settings) const { return (settings.*part).*member; }
  void operator()(Settings& settings, Value value) const {
    (settings.*part).*member = std::get<T>(std::move(value));
  }
};

// An unset optional member is monostate.
template <class Part, class T>
struct Access<Part, std::optional<T>> {
  Part Settings::*part;
  std::optional<T> Part::*member;

  Value operator()(const Settings& settings) const {
    const auto& held = (settings.*part).*member;
    return held ? Value(*held) : Value();
  }
  void operator()(Settings& settings, Value value) const {
    T* const given = std::get_if<T>(&value);
    (settings.*part).*member = given ? std::optional<T>(*given) : std::nullopt;
  }
};

struct Range {
  double minimum;
  double maximum;
};

template <class Part, class T>
SettingInfo number(std::string_view name, Part Settings::*part, T Part::*member, Range range,
                   std::string_view meaning) {
  constexpr bool kOptional = requires(T value) {
    value.has_value();
  };
  constexpr Type kType = std::is_same_v<T, double> ? Type::kReal : Type::kInteger;
  const Access<Part, T> access{part, member};
  return {name, kType, range.minimum, range.maximum, {}, kOptional, meaning, access, access};
}

template <class Part>
SettingInfo truth(std::string_view name, Part Settings::*part, bool Part::*member, std::string_view meaning) {
  const Access<Part, bool> access{part, member};
  return {name, Type::kBoolean, 0, 1, {}, false, meaning, access, access};
}

template <class Part>
SettingInfo choice(std::string_view name, Part Settings::*part, std::string Part::*member,
                   std::vector<std::string_view> names, std::string_view meaning) {
  const Access<Part, std::string> access{part, member};
  return {name, Type::kName, 0, 0, std::move(names), false, meaning, access, access};
}

std::vector<std::string_view> task_names() {
  std::vector<std::string_view> names;
  for (const tasks::Task* task : tasks::all_tasks()) names.push_back(task->name());
  return names;
}

void add_model_settings(std::vector<SettingInfo>& table) {
  using M = ModelSettings;
  constexpr auto kPart = &Settings::model;
  table.push_back(number("model.vocabulary", kPart, &M::vocabulary, {2, 65536}, "number of token ids"));
  table.push_back(number("model.length", kPart, &M::length, {2, 4096}, "positions of a sequence"));
  table.push_back(number("model.width", kPart, &M::width, {1, 4096}, "columns of the residual stream"));
  table.push_back(number("model.layers", kPart, &M::layers, {1, 128}, "Transformer layers"));
  table.push_back(number("model.heads", kPart, &M::heads, {1, 1024}, "attention heads of each layer"));
  table.push_back(number("model.head_width", kPart, &M::head_width, {1, 4096},
                         "columns of one head; left out: width / heads"));
  table.push_back(number("model.mlp_width", kPart, &M::mlp_width, {1, 16384}, "hidden units of each MLP"));
  table.push_back(number("model.wider_mlps", kPart, &M::wider_mlps, {0, 127},
                         "the first so many layers have one hidden unit more; fewer than layers"));
  table.push_back(truth("model.talking_heads", kPart, &M::talking_heads,
                        "a learnt matrix mixes the heads' logits before the softmax, the identity at first"));
  table.push_back(number("model.dropout", kPart, &M::dropout, {0, 0.95},
                         "probability, on attention weights and at the end of the MLP"));
}

void add_difference_settings(std::vector<SettingInfo>& table) {
  using D = DiversitySettings;
  constexpr auto kPart = &Settings::diversity;
  table.push_back(number("diversity.tied_heads", &Settings::model, &ModelSettings::tied_heads, {0, 1},
                         "share of heads that share one query and one key map"));
  table.push_back(number("diversity.init_similarity", kPart, &D::init_similarity, {0, 1},
                         "correlation of the heads' initial queries and keys"));
  table.push_back(number("diversity.init_similarity_value", kPart, &D::init_similarity_value, {0, 1},
                         "correlation of the heads' initial values"));
  table.push_back(choice("diversity.penalty", kPart, &D::penalty,
                         {"none", "output", "position", "subspace", "js"},
                         "the diversity of heads that the loss rewards or penalises"));
  table.push_back(number("diversity.penalty_weight", kPart, &D::penalty_weight, {-1000, 1000},
                         "loss = cross entropy - weight * diversity: positive rewards diversity"));
}

void add_graph_settings(std::vector<SettingInfo>& table) {
  using D = DiversitySettings;
  constexpr auto kPart = &Settings::diversity;
  table.push_back(choice("diversity.graph", kPart, &D::graph, {"full", "window", "dilated", "random"},
                         "the keys that a query sees in each head, itself always"));
  table.push_back(truth("diversity.graph_shared", kPart, &D::graph_shared,
                        "one graph for all heads instead of one for each"));
  table.push_back(number("diversity.graph_window", kPart, &D::graph_window, {1, 4096},
                         "window and dilated: lags of a head"));
  table.push_back(number("diversity.graph_dilation", kPart, &D::graph_dilation, {1, 4096},
                         "dilated, shared: distance between keys; head h has 2^h where not shared"));
  table.push_back(number("diversity.graph_degree", kPart, &D::graph_degree, {2, 4096},
                         "random: keys of a query, itself included"));
  table.push_back(choice("diversity.graph_connect", kPart, &D::graph_connect, {"union", "each", "none"},
                         "what must have a path from every position to the last: all heads together, each "
                         "head, neither"));
}

void add_training_settings(std::vector<SettingInfo>& table) {
  using T = TrainingSettings;
  constexpr auto kPart = &Settings::training;
  table.push_back(choice("training.task", kPart, &T::task, task_names(), "what the model learns"));
  table.back().why_refused = tasks::why_refused;
  table.push_back(number("training.shift", kPart, &T::shift, {0, 4095},
                         "positions that shift, cycle, left_shift and cyclic_shift move a token by"));
  table.push_back(number("training.pairs", kPart, &T::pairs, {0, 2048},
                         "key-value pairs of associative_recall; 0: the task's choice"));
  table.push_back(number("training.queries", kPart, &T::queries, {0, 4095},
                         "questions of induction, associative_recall, selective_copy; 0: the task's choice"));
  table.push_back(number("training.samples", kPart, &T::samples, {0, 1e9},
                         "size of the training set; 0: fresh samples at every step"));
  table.push_back(number("training.steps", kPart, &T::steps, {1, 1e9}, "updates by Adam"));
  table.push_back(number("training.batch", kPart, &T::batch, {1, 65536}, "sequences of one step"));
  table.push_back(
      number("training.learning_rate", kPart, &T::learning_rate, {1e-12, 10}, "step size of Adam"));
}

void add_measure_settings(std::vector<SettingInfo>& table) {
  using M = MeasureSettings;
  constexpr auto kPart = &Settings::measure;
  table.push_back(number("measure.sequences", kPart, &M::sequences, {1, 10000},
                         "sequences measured, of the training set and as many held out"));
  table.push_back(choice("measure.keep", kPart, &M::keep, {"auto", "all", "none"},
                         "final weights to keep; auto: all while under 1 GB, else one seed an arm"));
  table.push_back(number("measure.every", kPart, &M::every, {0, 1e9},
                         "steps between measurements along the way; 0: at the end only"));
  table.push_back(
      number("measure.horizon", kPart, &M::horizon, {1, 100000}, "steps of the fidelity walk at most"));
  table.push_back(number("measure.permuted_draws", kPart, &M::permuted_draws, {0, 1000},
                         "draws of the permuted null a sequence; 0: without it"));
  table.push_back(truth("measure.sequence_metrics", kPart, &M::sequence_metrics,
                        "every sequence's metrics in table sequence_metrics"));
  table.push_back(truth("measure.node_fidelity", kPart, &M::node_fidelity,
                        "every position's fidelity in table node_fidelity"));
}

}  // namespace

std::span<const SettingInfo> all_settings() {
  static const std::vector<SettingInfo> table = [] {
    std::vector<SettingInfo> settings;
    add_model_settings(settings);
    add_difference_settings(settings);
    add_graph_settings(settings);
    add_training_settings(settings);
    add_measure_settings(settings);
    return settings;
  }();
  return table;
}

const SettingInfo* find_setting(std::string_view name) {
  const auto table = all_settings();
  const auto found = std::ranges::find(table, name, &SettingInfo::name);
  return found == table.end() ? nullptr : &*found;
}

}  // namespace headsweep::trial
