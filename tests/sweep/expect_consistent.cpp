#include "tests/sweep/expect_consistent.h"

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

void expect_axis(const Sweep& sweep, const std::string& setting, const toml::node& node) {
  for (const Axis& axis : sweep.axes) {
    if (axis.setting != setting) continue;
    ASSERT_TRUE(node.is_array());
    ASSERT_EQ(node.as_array()->size(), axis.values.size());
    for (std::size_t i = 0; i < axis.values.size(); ++i)
      EXPECT_TRUE(equals(*node.as_array()->get(i), axis.values[i]));
    return;
  }
  ADD_FAILURE() << "the axis " << setting << " was dropped";
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
    const auto [values, is_new] =
        axes.emplace(axis.setting, std::set(axis.values.begin(), axis.values.end()));
    EXPECT_TRUE(is_new) << axis.setting;
    EXPECT_FALSE(axis.values.empty()) << axis.setting;
    EXPECT_EQ(values->second.size(), axis.values.size()) << axis.setting;
    for (const trial::Value& value : axis.values) expect_allowed_setting(axis.setting, value);
  }
  for (const std::string& metric : sweep.analysis.primary)
    EXPECT_TRUE(metrics::find_metric(metric)) << metric;
  for (const auto& [setting, value] : sweep.analysis.baseline)
    EXPECT_TRUE(axes[setting].contains(value)) << setting;
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
      expect_axis(sweep, path.substr(5), *node);
    } else {
      expect_other(sweep, path, *node);
    }
  }
}

}  // namespace headsweep::sweep
