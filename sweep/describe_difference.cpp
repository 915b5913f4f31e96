#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "errors/user_error.h"
#include "sweep/plan.h"

namespace headsweep::sweep {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxShownBytes = 120;  // of one value

// What a canonical sweep says, one text for each name people know: "seeds", "axes.model.heads", "model.width".
using Statements = std::map<std::string, std::string>;

// "[1, 2]" rather than "[1,2]".
std::string shown(const json& value) {
  std::string text;
  if (value.is_array()) {
    for (const json& element : value) text += (text.empty() ? "" : ", ") + element.dump();
    text = "[" + text + "]";
  } else {
    text = value.dump();
  }
  return text;
}

std::string cut(const std::string& text) {
  return text.size() <= kMaxShownBytes ? text : text.substr(0, kMaxShownBytes) + "...";
}

std::string default_of(const std::string& name) {
  const trial::SettingInfo* const setting = trial::find_setting(name);
  return setting ? trial::to_text(setting->get(trial::Settings{})) : "(not given)";
}

std::set<std::string> axis_names(const json& sweep) {
  std::set<std::string> names;
  for (const json& axis : sweep.at("axes")) names.insert(axis.at("setting").get<std::string>());
  return names;
}

// Settings that an axis or a zip replaces.
std::set<std::string> varied_names(const json& sweep) {
  std::set<std::string> names = axis_names(sweep);
  for (const json& zip : sweep.value("zip", json::array())) {
    for (const json& axis : zip) names.insert(axis.at("setting").get<std::string>());
  }
  return names;
}

// `replaced`: settings that are axes in either sweep, whose base values say nothing.
Statements statements(const json& sweep, const std::set<std::string>& replaced) {
  Statements said;
  said["seeds"] = shown(sweep.at("seeds"));
  for (const json& axis : sweep.at("axes")) {
    said["axes." + axis.at("setting").get<std::string>()] = shown(axis.at("values"));
  }
  for (const json& zip : sweep.value("zip", json::array())) {
    for (const json& axis : zip) {
      said["zip." + axis.at("setting").get<std::string>()] = shown(axis.at("values"));
    }
  }
  if (sweep.contains("exclude")) said["exclude"] = shown(sweep.at("exclude"));
  const json budget = sweep.value("budget", json::object());
  for (const auto& [name, value] : budget.items()) said["budget." + name] = shown(value);
  const json replicate = sweep.value("replicate", json::object());
  for (const auto& [name, value] : replicate.items()) said["replicate." + name] = shown(value);
  for (const auto& [name, value] : sweep.at("base").items()) {
    if (!replaced.contains(name)) said[name] = shown(value);
  }
  for (const auto& [name, value] : sweep.at("analysis").items()) said["analysis." + name] = shown(value);
  return said;
}

std::string order_of_axes(const json& sweep) {
  std::string order;
  for (const json& axis : sweep.at("axes")) {
    order += (order.empty() ? "" : ", ") + axis.at("setting").get<std::string>();
  }
  return order;
}

std::string find(const Statements& said, const std::string& name) {
  const auto found = said.find(name);
  return found == said.end() ? default_of(name) : found->second;
}

// Of those statements that `counts` chooses by name.
std::string differences(const json& frozen, const json& wanted,
                        const std::function<bool(const std::string&)>& counts) {
  std::set<std::string> replaced = varied_names(frozen);
  replaced.merge(varied_names(wanted));
  const Statements before = statements(frozen, replaced);
  const Statements after = statements(wanted, replaced);
  Statements all = before;
  all.insert(after.begin(), after.end());
  std::string text;
  const auto add = [&](const std::string& name, const std::string& from, const std::string& to) {
    if (from != to && counts(name))
      text += (text.empty() ? "" : "; ") + name + ": " + cut(from) + " -> " + cut(to);
  };
  for (const auto& [name, ignored] : all) add(name, find(before, name), find(after, name));
  if (axis_names(frozen) == axis_names(wanted))
    add("order of axes", order_of_axes(frozen), order_of_axes(wanted));
  return text;
}

// Runs `compare` on both as JSON.
std::string compared(const std::string& frozen_canonical, const Sweep& wanted,
                     const std::function<std::string(const json&, const json&)>& compare) {
  try {
    return compare(json::parse(frozen_canonical), json::parse(canonical_sweep(wanted)));
  } catch (const json::exception&) {
    throw UserError("the frozen sweep cannot be read: it is not what headsweep wrote");
  }
}

}  // namespace

std::string describe_difference(const std::string& frozen_canonical, const Sweep& wanted) {
  return compared(frozen_canonical, wanted, [](const json& frozen, const json& after) {
    return differences(frozen, after, [](const std::string&) { return true; });
  });
}

std::string describe_change_of_tests(const std::string& frozen_canonical, const Sweep& wanted) {
  return compared(frozen_canonical, wanted, [](const json& frozen, const json& after) {
    const bool replicated = frozen.contains("replicate") || after.contains("replicate");
    return differences(frozen, after, [&](const std::string& name) {
      return replicated || name.starts_with("analysis.") || name.starts_with("replicate.");
    });
  });
}

}  // namespace headsweep::sweep
