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
  double dropout = 0.1;  // on attention weights and at the end of the MLP, in training only

  // Columns of one head in Q, K and V. Requires checked settings.
  [[nodiscard]] std::int64_t columns_per_head() const { return head_width.value_or(width / heads); }
  // Columns of all heads together: rows of W_q, W_k, W_v, columns of the attention's output projection.
  [[nodiscard]] std::int64_t attention_width() const { return heads * columns_per_head(); }

  bool operator==(const ModelSettings&) const = default;
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
  std::int64_t horizon = 100;  // steps of the fidelity walk

  bool operator==(const MeasureSettings&) const = default;
};

struct Settings {
  ModelSettings model;
  TrainingSettings training;
  MeasureSettings measure;
  std::uint32_t seed = 0;

  bool operator==(const Settings&) const = default;
};

// monostate: not set (only settings with `optional`). Integers are int64, reals double.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

enum class Type { kInteger, kReal, kName };

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

// Text of `value` as a person would write it in TOML: 4, 0.001, "copy"; "(not set)" for monostate.
std::string to_text(const Value& value);

// What values it takes, for messages and documents: "an integer from 1 to 4096", "one of "copy", "cycle"".
std::string allowed_values(const SettingInfo& setting);

// Takes an integer for a real; otherwise type, range and allowed names must hold.
// Returns what is wrong and what is allowed ("must be an integer from 1 to 4096, not 0"), or nothing.
[[nodiscard]] std::optional<std::string> check_value(const SettingInfo& setting, Value& value);

// Rules between settings (heads divide width; batch and measured sequences against samples; measurements
// against steps; what the task needs): one message that names the keys and values, or nothing. Requires every
// single value to have passed check_value().
[[nodiscard]] std::optional<std::string> check_together(const Settings& settings);

}  // namespace headsweep::trial
