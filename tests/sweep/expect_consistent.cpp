#include "tests/sweep/expect_consistent.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>
#include <toml++/toml.h>

#include "metrics/metric.h"
#include "sweep/duration.h"

namespace headsweep::sweep {
namespace {

// Leaves of a TOML document by dotted path; quoted dotted keys and nested tables give the same path.
void collect_leaves(const toml::table& table, const std::string& prefix,
                    std::vector<std::pair<std::string, const toml::node*>>& leaves) {
  for (const auto& [key, node] : table) {
    const std::string path = prefix + std::string(key.str());
    const toml::table* const inner = node.as_table();
    if (inner) {
      collect_leaves(*inner, path + ".", leaves);
    } else {
      leaves.emplace_back(path, &node);
    }
  }
}

bool equals(const toml::node& node, const trial::Value& value) {
  if (const auto* const truth = std::get_if<bool>(&value)) return node.value_exact<bool>() == *truth;
  if (const auto* const text = std::get_if<std::string>(&value))
    return node.value_exact<std::string>() == *text;
  if (const auto* const integer = std::get_if<std::int64_t>(&value))
    return node.value_exact<std::int64_t>() == *integer;
  if (const auto* const real = std::get_if<double>(&value))
    return node.is_number() && node.value<double>() == *real;
  return false;
}

const Axis* find_in(const std::vector<Axis>& axes, const std::string& setting) {
  const auto found = std::ranges::find(axes, setting, &Axis::setting);
  return found == axes.end() ? nullptr : &*found;
}

double number_of(const trial::Value& value) {
  const auto* const integer = std::get_if<std::int64_t>(&value);
  return integer ? static_cast<double>(*integer) : std::get<double>(value);
}

// A key of a range, as in "model.heads.from": the ends and the count are those of the values.
bool expect_range_key(const std::vector<Axis>& axes, const std::string& path, const toml::node& node) {
  const std::size_t dot = path.rfind('.');
  const std::string key = path.substr(dot + 1);
  const Axis* const axis = dot == std::string::npos ? nullptr : find_in(axes, path.substr(0, dot));
  if (!axis) return false;
  const AxisValues& values = axis->values;
  const double first = number_of(values[0]);
  const double last = number_of(values[values.size() - 1]);
  if (key == "from") {
    EXPECT_TRUE(equals(node, values[0])) << path;
  } else if (key == "count") {
    EXPECT_EQ(node.value_exact<std::int64_t>(), static_cast<std::int64_t>(values.size()));
  } else if (key == "to" && node.is_number()) {
    const double beyond = last < first ? *node.value<double>() - last : last - *node.value<double>();
    EXPECT_LE(beyond, 1e-9 * std::abs(last)) << path;
  }
  return key == "from" || key == "to" || key == "step" || key == "count" || key == "scale";
}

// `setting`: the path behind "axes." or within a [[zip]].
void expect_axis(const std::vector<Axis>& axes, const std::string& setting, const toml::node& node) {
  const Axis* const axis = find_in(axes, setting);
  if (!axis) {
    EXPECT_TRUE(expect_range_key(axes, setting, node)) << "the axis " << setting << " was dropped";
    return;
  }
  ASSERT_TRUE(node.is_array());
  ASSERT_EQ(node.as_array()->size(), axis->values.size());
  for (std::size_t i = 0; i < axis->values.size(); ++i)
    EXPECT_TRUE(equals(*node.as_array()->get(i), axis->values[i]));
}

std::vector<std::pair<std::string, const toml::node*>> leaves_of(const toml::node& table) {
  std::vector<std::pair<std::string, const toml::node*>> leaves;
  if (table.is_table()) collect_leaves(*table.as_table(), "", leaves);
  return leaves;
}

void expect_zips(const Sweep& sweep, const toml::node& node) {
  ASSERT_TRUE(node.is_array());
  ASSERT_EQ(node.as_array()->size(), sweep.zips.size());
  for (std::size_t i = 0; i < sweep.zips.size(); ++i) {
    for (const auto& [path, value] : leaves_of(*node.as_array()->get(i)))
      expect_axis(sweep.zips[i], path, *value);
  }
}

void expect_term(const Exclusion& exclusion, const std::string& setting, const toml::node& node) {
  const auto term = std::ranges::find(exclusion.terms, setting, &Exclusion::Term::setting);
  ASSERT_NE(term, exclusion.terms.end()) << setting;
  const toml::array* const list = node.as_array();
  ASSERT_EQ(list ? list->size() : 1U, term->values.size());
  for (std::size_t i = 0; i < term->values.size(); ++i) {
    EXPECT_TRUE(equals(list ? *list->get(i) : node, term->values[i])) << setting;
  }
}

void expect_exclusions(const Sweep& sweep, const toml::node& node) {
  ASSERT_TRUE(node.is_array());
  ASSERT_EQ(node.as_array()->size(), sweep.exclusions.size());
  for (std::size_t i = 0; i < sweep.exclusions.size(); ++i) {
    for (const auto& [path, value] : leaves_of(*node.as_array()->get(i)))
      expect_term(sweep.exclusions[i], path, *value);
  }
}

void expect_parameters(const Sweep& sweep, const toml::node& node) {
  if (sweep.budget.parameters) {
    EXPECT_EQ(node.value_exact<std::int64_t>(), *sweep.budget.parameters);
  } else {
    EXPECT_EQ(node.value_exact<std::string>(), "base");
  }
}

void expect_seeds(const Sweep& sweep, const toml::node& node) {
  if (node.is_integer()) {
    EXPECT_EQ(node.value_exact<std::int64_t>(), static_cast<std::int64_t>(sweep.seeds.size()));
    return;
  }
  ASSERT_TRUE(node.is_array());
  ASSERT_EQ(node.as_array()->size(), sweep.seeds.size());
  for (std::size_t i = 0; i < sweep.seeds.size(); ++i) {
    EXPECT_EQ(node.as_array()->get(i)->value_exact<std::int64_t>(), std::int64_t{sweep.seeds[i]});
  }
}

void expect_primary(const Sweep& sweep, const toml::node& node) {
  ASSERT_TRUE(node.is_array());
  ASSERT_EQ(node.as_array()->size(), sweep.analysis.primary.size());
  for (std::size_t i = 0; i < sweep.analysis.primary.size(); ++i) {
    EXPECT_EQ(node.as_array()->get(i)->value_exact<std::string>(), sweep.analysis.primary[i]);
  }
}

void expect_duration(const toml::node& node, double seconds) {
  EXPECT_EQ(parse_duration(node.value_exact<std::string>().value_or("")), seconds);
}

// Keys that are no settings. Fails on any it does not know.
void expect_other(const Sweep& sweep, const std::string& path, const toml::node& node) {
  constexpr std::string_view kBaseline = "analysis.baseline.";
  if (path.starts_with(kBaseline)) {
    const auto found = sweep.analysis.baseline.find(path.substr(kBaseline.size()));
    ASSERT_NE(found, sweep.analysis.baseline.end()) << path;
    EXPECT_TRUE(equals(node, found->second)) << path;
  } else if (path == "sweep.name") {
    EXPECT_EQ(node.value_exact<std::string>(), sweep.name);
  } else if (path == "sweep.seeds") {
    expect_seeds(sweep, node);
  } else if (path == "analysis.primary") {
    expect_primary(sweep, node);
  } else if (path == "analysis.split") {
    EXPECT_EQ(node.value_exact<std::string>(), sweep.analysis.split);
  } else if (path == "analysis.layers") {
    const auto layer = node.value_exact<std::int64_t>();
    EXPECT_EQ(layer ? std::to_string(*layer) : node.value_exact<std::string>(), sweep.analysis.layers);
  } else if (path == "zip") {
    expect_zips(sweep, node);
  } else if (path == "exclude") {
    expect_exclusions(sweep, node);
  } else if (path == "budget.parameters") {
    expect_parameters(sweep, node);
  } else if (path == "budget.solve_for") {
    EXPECT_EQ(node.value_exact<std::string>(), sweep.budget.solve_for);
  } else if (path == "budget.tolerance") {
    EXPECT_EQ(node.value<double>(), sweep.budget.tolerance);
  } else if (path == "resources.checkpoint_every") {
    expect_duration(node, sweep.resources.checkpoint_every_seconds);
  } else if (path == "resources.trial_timeout") {
    expect_duration(node, sweep.resources.trial_timeout_seconds);
  } else if (path == "resources.retries") {
    EXPECT_EQ(node.value_exact<std::int64_t>(), sweep.resources.retries);
  } else if (path == "resources.gpus_per_trial") {
    EXPECT_EQ(node.value_exact<std::int64_t>(), sweep.resources.gpus_per_trial);
  } else {
    ADD_FAILURE() << "the unknown key " << path << " was accepted";
  }
}

void expect_allowed_setting(const std::string& name, const trial::Value& value) {
  const trial::SettingInfo* const setting = trial::find_setting(name);
  ASSERT_NE(setting, nullptr) << name;
  trial::Value checked = value;
  EXPECT_FALSE(trial::check_value(*setting, checked)) << name;
  EXPECT_EQ(checked, value) << name << " is not in its final form";
}

// A range may be too long to be looked at as a whole.
constexpr std::size_t kMostChecked = 10'000;

void expect_allowed_axis(const Axis& axis, std::map<std::string, std::set<trial::Value>>& axes) {
  EXPECT_FALSE(axes.contains(axis.setting)) << axis.setting;
  EXPECT_FALSE(axis.values.empty()) << axis.setting;
  std::set<trial::Value>& values = axes[axis.setting];
  for (std::size_t i = 0; i < std::min(axis.values.size(), kMostChecked); ++i) {
    expect_allowed_setting(axis.setting, axis.values[i]);
    values.insert(axis.values[i]);
  }
  expect_allowed_setting(axis.setting, axis.values[axis.values.size() - 1]);
}

}  // namespace

void expect_allowed(const Sweep& sweep) {
  EXPECT_FALSE(sweep.name.empty());
  EXPECT_FALSE(sweep.seeds.empty());
  EXPECT_EQ(std::set(sweep.seeds.begin(), sweep.seeds.end()).size(), sweep.seeds.size());
  for (const trial::SettingInfo& setting : trial::all_settings()) {
    expect_allowed_setting(std::string(setting.name), setting.get(sweep.base));
  }
  std::map<std::string, std::set<trial::Value>> axes;
  for (const Axis& axis : sweep.axes) {
    expect_allowed_axis(axis, axes);
    EXPECT_EQ(axes[axis.setting].size(), std::min(axis.values.size(), kMostChecked)) << axis.setting;
  }
  for (const Zip& zip : sweep.zips) {
    for (const Axis& axis : zip) {
      expect_allowed_axis(axis, axes);
      EXPECT_EQ(axis.values.size(), zip.front().values.size());
    }
  }
  for (const std::string& metric : sweep.analysis.primary)
    EXPECT_TRUE(metrics::find_metric(metric)) << metric;
  for (const auto& [setting, value] : sweep.analysis.baseline) {
    EXPECT_TRUE(axes[setting].contains(value) || axes[setting].size() == kMostChecked) << setting;
  }
  EXPECT_TRUE(sweep.analysis.split == "train" || sweep.analysis.split == "heldout");
  EXPECT_GE(sweep.resources.checkpoint_every_seconds, 0.1);
  EXPECT_GE(sweep.resources.trial_timeout_seconds, 1.0);
  EXPECT_GE(sweep.resources.retries, 0);
  EXPECT_EQ(sweep.resources.gpus_per_trial, 1);
}

void expect_says(const Sweep& sweep, const std::string& text) {
  const toml::table root = toml::parse(std::string_view(text));
  std::vector<std::pair<std::string, const toml::node*>> leaves;
  collect_leaves(root, "", leaves);
  for (const auto& [path, node] : leaves) {
    const trial::SettingInfo* const setting = trial::find_setting(path);
    if (setting) {
      EXPECT_TRUE(equals(*node, setting->get(sweep.base))) << path;
    } else if (path.starts_with("axes.")) {
      expect_axis(sweep.axes, path.substr(5), *node);
    } else {
      expect_other(sweep, path, *node);
    }
  }
}

}  // namespace headsweep::sweep
