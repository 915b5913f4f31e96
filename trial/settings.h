// What one trial is: every setting that its result depends on, and nothing else.
//
// The table all_settings() describes each setting once (name, type, range, default); the sweep reader,
// `--set`, axes, canonical form, trial key and error messages all work from it, so a new setting is one
// member here and one line there.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace headsweep::trial {

// Shapes of the Transformer of the paper (arXiv 2507.02944): causal, pre-RMSNorm, learnt positions.
struct ModelSettings {
  std::int64_t vocabulary = 256;
  std::int64_t length = 100;  // positions
  std::int64_t width = 64;
  std::int64_t layers = 4;
  std::int64_t heads = 1;
  std::optional<std::int64_t> head_width;  // unset: width / heads, and heads must divide width
  std::int64_t mlp_width = 128;
  std::int64_t wider_mlps = 0;  // the first so many layers have mlp_width + 1 hidden units; < layers
  double dropout = 0.1;         // on attention weights and at the end of the MLP, in training only
  // Talking-heads attention (arXiv 2003.02436) on the logits alone: before mask and softmax each layer mixes the
  // heads' logits by a learnt heads x heads matrix P without bias, logits'_g = sum_h P[g, h] logits_h, P = identity
  // at first. The paper's second matrix, after the softmax, is left out: behind it an attention row does not sum to
  // 1 and may be negative, so that no walk and no metric of one would be defined.
  bool talking_heads = false;
  // Share of heads that share Q and K: see tied_head_count(). Named diversity.tied_heads; here because it decides
  // the shapes of weights.
  double tied_heads = 0;

  // Columns of one head in Q, K and V. Requires checked settings, as all below.
  [[nodiscard]] std::int64_t columns_per_head() const { return head_width.value_or(width / heads); }
  // Columns of all heads together: rows of W_v, columns of the attention's output projection.
  [[nodiscard]] std::int64_t attention_width() const { return heads * columns_per_head(); }

  // t = round(tied_heads * heads), half away from zero: heads 0 .. t-1 have one query and one key map in common and
  // each a value map of its own. One head has nobody to share with: 0 and 1 both mean no tying, and give 0.
  [[nodiscard]] std::int64_t tied_head_count() const;
  // The blocks of columns_per_head() rows in W_q and W_k (weights and biases): heads without tying; with it block 0
  // is that of the t tied heads, and every other head has one of its own behind it.
  [[nodiscard]] std::int64_t query_key_blocks() const;
  [[nodiscard]] std::int64_t query_key_block(std::int64_t head) const;
  // Rows of W_q and W_k.
  [[nodiscard]] std::int64_t query_key_width() const { return query_key_blocks() * columns_per_head(); }

  // Hidden units of the MLP of layer 0 .. layers-1.
  [[nodiscard]] std::int64_t mlp_width_of(std::int64_t layer) const {
    return mlp_width + (layer < wider_mlps ? 1 : 0);
  }

  bool operator==(const ModelSettings&) const = default;
};

// What makes heads differ, at equal parameters.
struct DiversitySettings {
  double init_similarity = 0;        // rho: correlation of the heads' initial Q and K, weights and biases
  double init_similarity_value = 0;  // the same for V
  std::string penalty = "none";      // none | output | position | subspace | js: the diversity D in the loss
  double penalty_weight = 0;         // loss = cross entropy - penalty_weight * D: positive rewards diversity
  // The keys a query sees in each head; itself always. k below is graph_window or graph_degree.
  //   full     all earlier positions
  //   window   lags 0 .. k-1; not shared: head h has lags h*k .. (h+1)*k - 1, and 0
  //   dilated  lags 0, d, 2d .. (k-1)*d with d = graph_dilation; not shared: d = 2^h for head h
  //   random   itself and k-1 earlier positions, drawn per seed; not shared: and per head
  std::string graph = "full";
  bool graph_shared = false;  // one graph for all heads
  std::int64_t graph_window = 8;
  std::int64_t graph_dilation = 2;
  std::int64_t graph_degree = 4;  // >= 2
  // union | each | none: what must have a path from every position to the sink
  std::string graph_connect = "union";

  bool operator==(const DiversitySettings&) const = default;
};

struct TrainingSettings {
  std::string task = "copy";
  std::int64_t shift = 1;       // positions that shift, cycle, left_shift and cyclic_shift move a token by
  std::int64_t pairs = 0;       // of associative_recall; 0: the task's choice
  std::int64_t queries = 0;     // of induction, associative_recall and selective_copy; 0: the task's choice
  std::int64_t samples = 5000;  // size of the training set; 0: fresh samples at every step
  std::int64_t steps = 20000;
  std::int64_t batch = 50;
  double learning_rate = 1e-3;

  bool operator==(const TrainingSettings&) const = default;
};

struct MeasureSettings {
  std::int64_t sequences = 50;  // of each split: training set and held-out
  std::string keep = "auto";  // final weights: all | none | auto (all while under 1 GB, else one seed an arm)
  std::int64_t every = 0;     // steps between measurements along the way; 0: at the end only
  std::int64_t horizon = 100;        // steps of the fidelity walk
  std::int64_t permuted_draws = 20;  // of the permuted null, a sequence; 0: without that null
  bool sequence_metrics = false;     // keep every sequence's metrics, not only their means
  bool node_fidelity = false;        // keep the fidelity of every position

  bool operator==(const MeasureSettings&) const = default;
};

struct Settings {
  ModelSettings model;
  DiversitySettings diversity;
  TrainingSettings training;
  MeasureSettings measure;
  std::uint32_t seed = 0;

  bool operator==(const Settings&) const = default;
};

// monostate: not set (only settings with `optional`). Integers are int64, reals double.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

enum class Type { kInteger, kReal, kName, kBoolean };

// One line of the table of settings.
struct SettingInfo {
  std::string_view name;  // dotted, as in the sweep file: "model.heads"
  Type type;
  double minimum;                       // integers and reals, inclusive
  double maximum;                       // inclusive
  std::vector<std::string_view> names;  // kName: what is allowed
  bool optional;                        // may be left unset (monostate)
  std::string_view meaning;             // half a sentence for people
  std::function<Value(const Settings&)> get;
  std::function<void(Settings&, Value)> set;  // requires a value that passed check_value()
  // kName: why a name that is not allowed cannot be, where there is more to say than the list of names.
  std::function<std::optional<std::string>(std::string_view)> why_refused = {};
};

// All settings but the seed, in the order in which people read them. Lives for ever.
std::span<const SettingInfo> all_settings();

// The setting of that dotted name, or nullptr.
const SettingInfo* find_setting(std::string_view name);

// A setting that another one makes mean nothing, as penalty_weight with penalty = "none".
struct Meaningless {
  const SettingInfo* setting;
  std::string because;  // diversity.penalty = "none"
};

// The settings that mean nothing in this trial and are not at their default. Requires checked settings.
std::vector<Meaningless> meaningless_settings(const Settings& settings);

// The same trial with every setting that means nothing at its default and every other in the one form that its
// equals share: head_width unset where it is width / heads, tied_heads = tied_head_count() / heads. Two trials are
// the same exactly if their resolved settings are equal. Requires checked settings.
Settings resolved(const Settings& settings);

// Text of `value` as a person would write it in TOML: 4, 0.001, "copy"; "(not set)" for monostate.
std::string to_text(const Value& value);

// What values it takes, for messages and documents: "an integer from 1 to 4096", "one of "copy", "cycle"".
std::string allowed_values(const SettingInfo& setting);

// Takes an integer for a real; otherwise type, range and allowed names must hold.
// Returns what is wrong and what is allowed ("must be an integer from 1 to 4096, not 0"), or nothing.
[[nodiscard]] std::optional<std::string> check_value(const SettingInfo& setting, Value& value);

// Rules between settings (heads divide width; fewer wider MLPs than layers; batch and measured sequences against
// samples; measurements against steps; what the task needs): one message that names the keys and values, or
// nothing. Requires every single value to have passed check_value().
[[nodiscard]] std::optional<std::string> check_together(const Settings& settings);

}  // namespace headsweep::trial
