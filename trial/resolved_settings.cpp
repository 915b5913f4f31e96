// Settings that mean nothing, and the one form of each trial.
#include <array>

#include "tasks/task.h"
#include "trial/settings.h"

namespace headsweep::trial {
namespace {

bool has_one_head(const Settings& settings) {
  return settings.model.heads == 1;
}
bool has_no_tied_heads(const Settings& settings) {
  return settings.model.tied_head_count() == 0;
}
bool has_no_penalty(const Settings& settings) {
  return settings.diversity.penalty == "none";
}
bool has_no_penalty_weight(const Settings& settings) {
  return settings.diversity.penalty_weight == 0;
}
bool has_full_graph(const Settings& settings) {
  return settings.diversity.graph == "full";
}
bool has_no_lags(const Settings& settings) {
  return settings.diversity.graph != "window" && settings.diversity.graph != "dilated";
}
bool has_no_dilation(const Settings& settings) {
  return settings.diversity.graph != "dilated";
}
bool has_dilation_of_its_own(const Settings& settings) {
  return settings.diversity.graph == "dilated" && !settings.diversity.graph_shared;
}
bool has_no_degree(const Settings& settings) {
  return settings.diversity.graph != "random";
}
// Head 0's own window is the shared one.
bool has_one_window(const Settings& settings) {
  return settings.diversity.graph == "window" && has_one_head(settings);
}
template <tasks::Option kOption>
bool has_task_without(const Settings& settings) {
  return !tasks::find_task(settings.training.task)->uses(kOption);
}

struct Rule {
  std::string_view setting;          // means nothing ...
  bool (*applies)(const Settings&);  // ... where this holds ...
  std::string_view because;          // ... by the value of that setting
};

// Similarity and diversity are those of pairs of heads.
constexpr std::array kRules = {
    Rule{"diversity.tied_heads", has_no_tied_heads, "model.heads"},
    Rule{"diversity.init_similarity", has_one_head, "model.heads"},
    Rule{"diversity.init_similarity_value", has_one_head, "model.heads"},
    Rule{"diversity.penalty", has_one_head, "model.heads"},
    Rule{"diversity.penalty", has_no_penalty_weight, "diversity.penalty_weight"},
    Rule{"diversity.penalty_weight", has_one_head, "model.heads"},
    Rule{"diversity.penalty_weight", has_no_penalty, "diversity.penalty"},
    Rule{"diversity.graph_shared", has_full_graph, "diversity.graph"},
    Rule{"diversity.graph_shared", has_one_window, "model.heads"},
    Rule{"diversity.graph_window", has_no_lags, "diversity.graph"},
    Rule{"diversity.graph_dilation", has_no_dilation, "diversity.graph"},
    Rule{"diversity.graph_dilation", has_dilation_of_its_own, "diversity.graph_shared"},
    Rule{"diversity.graph_degree", has_no_degree, "diversity.graph"},
    Rule{"diversity.graph_connect", has_full_graph, "diversity.graph"},
    Rule{"training.shift", has_task_without<tasks::Option::kShift>, "training.task"},
    Rule{"training.pairs", has_task_without<tasks::Option::kPairs>, "training.task"},
    Rule{"training.queries", has_task_without<tasks::Option::kQueries>, "training.task"},
};

// A rule with what it takes to follow it.
struct BoundRule {
  bool (*applies)(const Settings&);
  const SettingInfo* setting;
  Value standard;
  const SettingInfo* because;
};

const std::vector<BoundRule>& bound_rules() {
  static const std::vector<BoundRule> bound = [] {
    std::vector<BoundRule> rules;
    for (const Rule& rule : kRules) {
      const SettingInfo* const setting = find_setting(rule.setting);
      rules.push_back({rule.applies, setting, setting->get(Settings{}), find_setting(rule.because)});
    }
    return rules;
  }();
  return bound;
}

}  // namespace

std::vector<Meaningless> meaningless_settings(const Settings& settings) {
  std::vector<Meaningless> meaningless;
  for (const BoundRule& rule : bound_rules()) {
    const bool is_named = !meaningless.empty() && meaningless.back().setting == rule.setting;
    if (is_named || !rule.applies(settings) || rule.setting->get(settings) == rule.standard) continue;
    const Value cause = rule.because->get(settings);
    meaningless.push_back({rule.setting, std::string(rule.because->name) + " = " + to_text(cause)});
  }
  return meaningless;
}

Settings resolved(const Settings& settings) {
  Settings result = settings;
  for (const BoundRule& rule : bound_rules()) {
    if (rule.applies(settings)) rule.setting->set(result, rule.standard);
  }
  ModelSettings& model = result.model;
  if (model.head_width && *model.head_width * model.heads == model.width) model.head_width.reset();
  model.tied_heads = static_cast<double>(model.tied_head_count()) / static_cast<double>(model.heads);
  return result;
}

}  // namespace headsweep::trial
