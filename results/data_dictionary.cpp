#include "results/data_dictionary.h"

#include <algorithm>
#include <array>
#include <optional>

#include "errors/check.h"
#include "metrics/metric.h"
#include "results/null_names.h"
#include "results/setting_columns.h"

namespace headsweep::results {
namespace {

constexpr std::array<std::string_view, 9> kViews = {"trial_results", "layer_results", "head_results",
                                                    "summary",       "nulls",         "pairs",
                                                    "curve_results", "at_accuracy",   "failures"};

struct Entry {
  std::string_view column;
  std::string_view unit;
  std::string_view text;
};

// Everything that is neither a setting nor a metric.
constexpr std::array kEntries = {
    Entry{"trial", "", "number of the trial in this store"},
    Entry{"sweep", "", "name of the sweep"},
    Entry{"key", "", "SHA-256 of the trial's settings"},
    Entry{"state", "", "planned, running, done, failed, cancelled or pruned"},
    Entry{"seed", "", "equal seeds: equal data and, for equal shapes, equal initial weights"},
    Entry{"mlp_widths", "", "JSON list: hidden width of each layer's MLP"},
    Entry{"parameters", "count", "trained parameters"},
    Entry{"parameter_mismatch", "fraction", "distance of the count to the budget, of the budget"},
    Entry{"parameters_embeddings", "count", "of tokens, positions and the output layer"},
    Entry{"parameters_attention", "count", "of all layers' attention"},
    Entry{"parameters_mlp", "count", "of all layers' MLPs"},
    Entry{"parameters_norms", "count", "of all norms"},
    Entry{"planned_tokens", "count", "steps x batch x length"},
    Entry{"forward_flops", "operations", "of the whole training, 2 a multiply-add"},
    Entry{"backward_flops", "operations", "of the whole training, 2 a multiply-add"},
    Entry{"arm", "", "hash of the settings without the seed: trials of one arm are replicates"},
    Entry{"baseline_arm", "", "arm that this one is compared to; absent for the baseline itself"},
    Entry{"settings", "", "canonical JSON, defaults left out"},
    Entry{"steps", "count", "optimiser updates that were trained"},
    Entry{"attempts", "count", "how often the trial was started"},
    Entry{"attempt", "", "number of the attempt"},
    Entry{"train_loss", "nats", "mean cross entropy on the measured sequences of the training set"},
    Entry{"train_accuracy", "fraction",
          "of the loss positions of the measured sequences of the training set"},
    Entry{"loss", "nats", "mean cross entropy on held-out sequences; along a curve: of the training batch"},
    Entry{"accuracy", "fraction",
          "of the loss positions of held-out sequences; along a curve: of the training batch"},
    Entry{"chance_accuracy", "fraction", "of a blind guess"},
    Entry{"ceiling_accuracy", "fraction", "of the best causal model"},
    Entry{"steps_to_90", "count", "first step of the curve at 90% of the ceiling accuracy"},
    Entry{"train_seconds", "seconds", "wall time of training, divided by the trials of the bundle"},
    Entry{"measure_seconds", "seconds", "wall time of measuring, divided by the trials of the bundle"},
    Entry{"tokens", "count", "tokens trained on"},
    Entry{"flops", "operations", "forward and backward, 2 a multiply-add"},
    Entry{"step_kind", "", "eager or fused"},
    Entry{"device", "", "what it was trained on"},
    Entry{"worker", "", "row of the worker"},
    Entry{"build", "", "version, commit and LibTorch"},
    Entry{"checkpoint", "", "kept weights, below the store's folder"},
    Entry{"checkpoint_sha256", "", "of that file"},
    Entry{"finished_at", "UTC", "when the result was committed"},
    Entry{"numerics", "", "JSON of everything that decides rounding"},
    Entry{"position", "", "place in the plan"},
    Entry{"layer", "", "from 0; -1: the whole model by rollout"},
    Entry{"head", "", "from 0"},
    Entry{"split", "", "sequences measured: train or heldout"},
    Entry{"metrics_version", "", "of the formulas: do not compare rows of different versions"},
    Entry{"step", "count", "updates done at this point of the curve"},
    Entry{"unreachable_positions", "count", "positions without a way to the last one in the head's graph"},
    Entry{"diversity", "", "what the penalty rewards, of the training batch; absent without one"},
    Entry{"seeds", "count", "trials done in this arm"},
    Entry{"failed", "count", "trials failed in this arm"},
    Entry{"failure_rate", "fraction", "failed of done and failed"},
    Entry{"divergence_rate", "fraction", "failed with a loss that was not finite, of done and failed"},
    Entry{"null", "", "which null: what the metric is without the effect asked for"},
    Entry{"null_name", "", "the same as null, which SQL wants quoted"},
    Entry{"metric", "", "name of the metric"},
    Entry{"value", "", "of the metric, in its unit"},
    Entry{"n", "count", "values behind it"},
    Entry{"baseline_trial", "", "trial of equal seed in the baseline arm"},
    Entry{"difference", "", "arm minus baseline; walk times: of log10"},
    Entry{"broken_reason", "", "why there is no difference"},
    Entry{"reason", "", "why the attempt ended"},
    Entry{"message", "", "what was said of it"},
    Entry{"signal", "", "that killed the trainer"},
    Entry{"exit_code", "", "of the trainer"},
    Entry{"in_company", "",
          "1: it may be the fault of any trial that was trained with it, and counts against none"},
    Entry{"host", "", "of the worker"},
    Entry{"started_at", "UTC", "when the attempt began"},
    Entry{"ended_at", "UTC", "when the attempt ended"},
    Entry{"log_tail", "", "last lines of the trainer's log"},
};

struct Suffix {
  std::string_view ending;
  std::string_view unit;  // empty: that of the column without the ending
  std::string_view text;
};
constexpr std::array kSuffixes = {
    Suffix{"_std", "", "standard deviation over sequences (walk times: of log10) of"},
    Suffix{"_n", "count", "sequences with a value of"},
    Suffix{"_censored", "count", "sequences cut at 10^6 steps of"},
    Suffix{"_sd", "", "standard deviation over seeds (walk times: of log10) of"},
    Suffix{"_low", "", "lower end of the 95% interval over seeds of"},
    Suffix{"_high", "", "upper end of the 95% interval over seeds of"},
};

std::optional<ColumnMeaning> find_meaning(std::string_view column) {
  if (const auto metric = metrics::find_metric(column)) {
    const metrics::MetricInfo& info = metrics::metric_info(*metric);
    return ColumnMeaning{info.unit == "-" ? "" : std::string(info.unit), std::string(info.meaning)};
  }
  const auto* const entry = std::ranges::find(kEntries, column, &Entry::column);
  if (entry != kEntries.end()) return ColumnMeaning{std::string(entry->unit), std::string(entry->text)};
  for (const SettingColumn& setting : setting_columns()) {
    if (setting.name == column) return ColumnMeaning{"", "setting: " + std::string(setting.setting->meaning)};
  }
  return std::nullopt;
}

// A column whose name is that of another with an ending.
std::optional<ColumnMeaning> find_derived(std::string_view column, std::string_view ending,
                                          std::string_view unit, const std::string& text) {
  if (!column.ends_with(ending)) return std::nullopt;
  const std::string_view name = column.substr(0, column.size() - ending.size());
  const auto of = find_meaning(name);
  if (!of) return std::nullopt;
  return ColumnMeaning{unit.empty() ? of->unit : std::string(unit), text + " " + std::string(name)};
}

}  // namespace

std::span<const std::string_view> exported_views() {
  return kViews;
}

ColumnMeaning column_meaning(std::string_view column) {
  if (auto meaning = find_meaning(column)) return *meaning;
  for (const Suffix& suffix : kSuffixes) {
    if (auto meaning = find_derived(column, suffix.ending, suffix.unit, std::string(suffix.text)))
      return *meaning;
  }
  for (const NullName& null : kNullNames) {
    const std::string name(null.name);
    if (auto meaning = find_derived(column, "_" + name, "", "null " + name + " of")) return *meaning;
  }
  check(false, "every column of a view has a meaning");
  return {};
}

}  // namespace headsweep::results
