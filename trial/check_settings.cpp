// What values settings may have, alone and together.
#include <algorithm>
#include <array>
#include <charconv>

#include "errors/nearest_name.h"
#include "tasks/task.h"
#include "trial/head_graphs.h"
#include "trial/settings.h"
#include "trial/task_shape.h"

namespace headsweep::trial {
namespace {

std::string shortest(double number) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return {digits.data(), end};
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::string real_text(double number) {
  std::string text = shortest(number);
  // TOML tells reals from integers by the point.
  const bool looks_like_an_integer = text.find_first_not_of("-0123456789") == std::string::npos;
  return looks_like_an_integer ? text + ".0" : text;
}

bool number_is_allowed(const SettingInfo& setting, Value& value) {
  if (setting.type == Type::kReal && std::holds_alternative<std::int64_t>(value)) {
    value = static_cast<double>(std::get<std::int64_t>(value));
  }
  if (double* const real = std::get_if<double>(&value); real && setting.type == Type::kReal) {
    // Adding zero turns -0.0 into 0.0: equal settings must have one form, hence one key.
    *real += 0.0;
    return *real >= setting.minimum && *real <= setting.maximum;
  }
  const auto* const integer = std::get_if<std::int64_t>(&value);
  return integer && setting.type == Type::kInteger &&
         *integer >= static_cast<std::int64_t>(setting.minimum) &&
         *integer <= static_cast<std::int64_t>(setting.maximum);
}

bool name_is_allowed(const SettingInfo& setting, const Value& value) {
  const auto* const name = std::get_if<std::string>(&value);
  return name && std::ranges::find(setting.names, *name) != setting.names.end();
}

bool is_allowed(const SettingInfo& setting, Value& value) {
  switch (setting.type) {
    case Type::kName:
      return name_is_allowed(setting, value);
    case Type::kBoolean:
      return std::holds_alternative<bool>(value);
    default:
      return number_is_allowed(setting, value);
  }
}

std::optional<std::string> check_head_width(const ModelSettings& model) {
  if (model.head_width || model.width % model.heads == 0) return std::nullopt;
  return "model.heads = " + std::to_string(model.heads) +
         " does not divide model.width = " + std::to_string(model.width) +
         "; choose heads that divide it or set model.head_width";
}

std::optional<std::string> check_wider_mlps(const ModelSettings& model) {
  if (model.wider_mlps < model.layers) return std::nullopt;
  return "model.wider_mlps = " + std::to_string(model.wider_mlps) +
         " is not less than model.layers = " + std::to_string(model.layers) +
         "; choose fewer, or a model.mlp_width one larger for all layers";
}

// A training set of fixed size must fill a batch and the sequences to measure.
std::optional<std::string> check_samples(const TrainingSettings& training, const MeasureSettings& measure) {
  if (training.samples == 0) return std::nullopt;
  const std::string set = "training.samples = " + std::to_string(training.samples);
  if (training.batch > training.samples) {
    return "training.batch = " + std::to_string(training.batch) + " is larger than " + set +
           "; choose a smaller batch, more samples, or samples = 0 (fresh ones at every step)";
  }
  if (measure.sequences > training.samples) {
    return "measure.sequences = " + std::to_string(measure.sequences) + " is larger than " + set +
           "; choose fewer sequences, more samples, or samples = 0 (fresh ones at every step)";
  }
  return std::nullopt;
}

std::optional<std::string> check_every(const TrainingSettings& training, const MeasureSettings& measure) {
  if (measure.every <= training.steps) return std::nullopt;
  return "measure.every = " + std::to_string(measure.every) +
         " is larger than training.steps = " + std::to_string(training.steps) +
         "; choose at most the number of steps, or 0 (at the end only)";
}

// One result is one message, which has a largest length.
std::optional<std::string> check_sequence_rows(const ModelSettings& model, const MeasureSettings& measure) {
  constexpr std::int64_t kMostRows = 100'000;
  const std::int64_t rows = 2 * measure.sequences * (model.layers * (model.heads + 1) + 1);
  if (!measure.sequence_metrics || rows <= kMostRows) return std::nullopt;
  return "measure.sequence_metrics = true would keep " + std::to_string(rows) +
         " rows of each trial, at most " + std::to_string(kMostRows) +
         " are allowed; choose fewer measure.sequences";
}

// The settings that decide whether a task fits: ", training.shift = 9" for those that it uses.
std::string task_options(const tasks::Task& task, const TrainingSettings& training) {
  std::string text;
  const auto add = [&](tasks::Option option, std::string_view name, std::int64_t value) {
    if (task.uses(option))
      text.append(", training.").append(name).append(" = ").append(std::to_string(value));
  };
  add(tasks::Option::kShift, "shift", training.shift);
  add(tasks::Option::kPairs, "pairs", training.pairs);
  add(tasks::Option::kQueries, "queries", training.queries);
  return text;
}

std::optional<std::string> check_task(const Settings& settings) {
  const tasks::Task* const task = tasks::find_task(settings.training.task);
  const auto problem = task->check(task_shape(settings));
  if (!problem) return std::nullopt;
  return "training.task = " + quoted(task->name()) + " " + *problem +
         " (model.length = " + std::to_string(settings.model.length) +
         ", model.vocabulary = " + std::to_string(settings.model.vocabulary) +
         task_options(*task, settings.training) + ")";
}

}  // namespace

std::string to_text(const Value& value) {
  struct Writer {
    std::string operator()(std::monostate) const { return "(not set)"; }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t integer) const { return std::to_string(integer); }
    std::string operator()(double real) const { return real_text(real); }
    std::string operator()(const std::string& text) const { return quoted(text); }
  };
  return std::visit(Writer{}, value);
}

std::string allowed_values(const SettingInfo& setting) {
  if (setting.type == Type::kName) {
    std::string names;
    for (const std::string_view name : setting.names) names += (names.empty() ? "" : ", ") + quoted(name);
    return "one of " + names;
  }
  if (setting.type == Type::kBoolean) return "true or false";
  if (setting.type == Type::kReal) {
    return "a number from " + shortest(setting.minimum) + " to " + shortest(setting.maximum);
  }
  return "an integer from " + std::to_string(static_cast<std::int64_t>(setting.minimum)) + " to " +
         std::to_string(static_cast<std::int64_t>(setting.maximum));
}

std::optional<std::string> check_value(const SettingInfo& setting, Value& value) {
  if (setting.optional && std::holds_alternative<std::monostate>(value)) return std::nullopt;
  if (is_allowed(setting, value)) return std::nullopt;
  const auto* const text = std::get_if<std::string>(&value);
  const auto reason = text && setting.why_refused ? setting.why_refused(*text) : std::nullopt;
  if (reason) return "must not be " + quoted(*text) + ": " + *reason;
  std::string problem = "must be " + allowed_values(setting) + ", not " + to_text(value);
  return setting.type == Type::kName && text ? problem + did_you_mean(*text, setting.names) : problem;
}

std::optional<std::string> check_together(const Settings& settings) {
  if (auto problem = check_head_width(settings.model)) return problem;
  if (auto problem = check_wider_mlps(settings.model)) return problem;
  if (auto problem = check_head_graphs(settings)) return problem;
  if (auto problem = check_samples(settings.training, settings.measure)) return problem;
  if (auto problem = check_every(settings.training, settings.measure)) return problem;
  if (auto problem = check_sequence_rows(settings.model, settings.measure)) return problem;
  return check_task(settings);
}

}  // namespace headsweep::trial
