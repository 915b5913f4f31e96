#include "trial/key.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <nlohmann/json.hpp>

#include "errors/nearest_name.h"
#include "errors/user_error.h"
#include "trial/sha256.h"

namespace headsweep::trial {
namespace {

constexpr std::string_view kSeed = "seed";
constexpr std::string_view kSeedName = "\"seed\":";

struct CanonicalSetting {
  const SettingInfo* info;
  Value standard;  // its default
};

// All settings by name: the order of canonical JSON.
const std::vector<CanonicalSetting>& sorted_settings() {
  static const std::vector<CanonicalSetting> sorted = [] {
    std::vector<CanonicalSetting> settings;
    for (const SettingInfo& info : all_settings()) settings.push_back({&info, info.get(Settings{})});
    std::ranges::sort(settings, {}, [](const CanonicalSetting& one) { return one.info->name; });
    return settings;
  }();
  return sorted;
}

void append_number(std::string& json, auto number) {
  std::array<char, 32> digits{};
  json.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

void append_value(std::string& json, const Value& value) {
  struct Writer {
    std::string& json;
    void operator()(std::monostate) const { json += "null"; }
    void operator()(bool flag) const { json += flag ? "true" : "false"; }
    void operator()(std::int64_t integer) const { append_number(json, integer); }
    void operator()(double real) const { append_number(json, real); }
    void operator()(const std::string& name) const {
      (json += '"').append(name) += '"';
    }  // never needs escapes
  };
  std::visit(Writer{json}, value);
}

void append_name(std::string& json, std::string_view name) {
  if (json.size() > 1) json += ',';
  ((json += '"') += name) += "\":";
}

void append_settings(std::string& json, std::span<const CanonicalSetting> settings, const Settings& trial) {
  for (const auto& [info, standard] : settings) {
    const Value value = info->get(trial);
    if (value == standard) continue;
    append_name(json, info->name);
    append_value(json, value);
  }
}

// Canonical JSON around its seed: before `"seed":N` and behind.
struct SeedlessText {
  std::string before;  // with `"seed":`
  std::string behind;

  [[nodiscard]] std::string with(std::uint32_t seed) const {
    std::string json = before;
    append_number(json, seed);
    return json += behind;
  }
};

// The trials of a sweep mostly differ from their neighbours in their seed only: what was written or read last is kept, and
// with it what takes long. Says the same as without.
struct Neighbour {
  Settings settings;  // seed 0
  SeedlessText text;
};

bool differ_in_seed_only(const Settings& one, const Settings& other) {
  return one.model == other.model && one.diversity == other.diversity && one.training == other.training &&
         one.measure == other.measure;
}

SeedlessText write_seedless(const Settings& settings) {
  const Settings trial = resolved(settings);
  const std::span<const CanonicalSetting> sorted = sorted_settings();
  const auto after_seed = std::ranges::find_if(
      sorted, [](std::string_view name) { return name > kSeed; },
      [](const CanonicalSetting& one) { return one.info->name; });
  SeedlessText text{"{", ""};
  append_settings(text.before, {sorted.begin(), after_seed}, trial);
  append_name(text.before, kSeed);
  std::string behind = text.before;  // so that commas come out right
  append_settings(behind, {after_seed, sorted.end()}, trial);
  text.behind = behind.substr(text.before.size()) + '}';
  return text;
}

const SeedlessText& seedless_text(const Settings& settings) {
  thread_local std::optional<Neighbour> last;
  if (!last || !differ_in_seed_only(last->settings, settings)) {
    last = Neighbour{settings, write_seedless(settings)};
    last->settings.seed = 0;
  }
  return last->text;
}

// The seed, if that is all in which `json` differs from a canonical text.
std::optional<std::uint32_t> seed_in(std::string_view json, const SeedlessText& text) {
  if (json.size() <= text.before.size() + text.behind.size() || !json.starts_with(text.before) ||
      !json.ends_with(text.behind)) {
    return std::nullopt;
  }
  const std::string_view digits =
      json.substr(text.before.size(), json.size() - text.before.size() - text.behind.size());
  std::uint32_t seed = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seed);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  return seed;
}

Value to_value(const nlohmann::json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number_float()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  return {};
}

[[noreturn]] void refuse(const std::string& why) {
  throw UserError("trial settings (JSON): " + why);
}

std::uint32_t read_seed(const nlohmann::json& json) {
  if (!json.is_number_unsigned() || json.get<std::uint64_t>() > UINT32_MAX) {
    refuse("seed must be an integer from 0 to 4294967295");
  }
  return json.get<std::uint32_t>();
}

void read_setting(Settings& settings, const std::string& name, const nlohmann::json& json) {
  const SettingInfo* const info = find_setting(name);
  if (!info) {
    std::vector<std::string_view> names;
    for (const SettingInfo& setting : all_settings()) names.push_back(setting.name);
    refuse("unknown setting '" + name + "'" + did_you_mean(name, names));
  }
  Value value = to_value(json);
  if (auto problem = check_value(*info, value)) refuse(std::string(info->name) + " " + *problem);
  info->set(settings, std::move(value));
}

Settings parse(std::string_view json) {
  const auto object = nlohmann::json::parse(json, nullptr, false);
  if (!object.is_object()) refuse("not a JSON object");
  if (!object.contains(kSeed)) refuse("seed is missing");
  Settings settings;
  for (const auto& [name, value] : object.items()) {
    if (name == kSeed) {
      settings.seed = read_seed(value);
    } else {
      read_setting(settings, name, value);
    }
  }
  if (auto problem = check_together(settings)) refuse(*problem);
  // Repeated names, spaces, written-out defaults: equal trials must be equal text.
  if (canonical_json(settings) != json) refuse("not in canonical form");
  return settings;
}

}  // namespace

std::string canonical_json(const Settings& settings) {
  return seedless_text(settings).with(settings.seed);
}

Settings parse_canonical_json(std::string_view json) {
  thread_local std::optional<Neighbour> last;
  if (last) {
    if (const auto seed = seed_in(json, last->text)) {
      Settings settings = last->settings;
      settings.seed = *seed;
      return settings;
    }
  }
  Settings settings = parse(json);
  last = Neighbour{settings, seedless_text(settings)};
  return settings;
}

std::string trial_key(const Settings& settings) {
  return sha256_hex(canonical_json(settings));
}

std::string arm_key(const Settings& settings) {
  const SeedlessText& text = seedless_text(settings);
  // As if there had been no seed.
  std::string json = text.before.substr(0, text.before.size() - kSeedName.size());
  std::string_view behind = text.behind;
  if (json.size() > 1) {
    json.pop_back();  // the comma before the seed
  } else if (behind.starts_with(',')) {
    behind.remove_prefix(1);
  }
  return sha256_hex(json.append(behind));
}

}  // namespace headsweep::trial
