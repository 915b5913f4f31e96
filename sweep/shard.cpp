#include "sweep/shard.h"

#include <charconv>

#include "errors/check.h"

namespace headsweep::sweep {
namespace {

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

bool Shard::holds(std::string_view key) const {
  constexpr std::size_t kDigits = 15;  // of 64 hexadecimal ones: enough, and no sign
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + kDigits, number, 16);
  check(key.size() >= kDigits && error == std::errc() && end == key.data() + kDigits, "not a trial key");
  return number % count == index - 1;
}

std::optional<Shard> parse_shard(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto index = parse_number(text.substr(0, slash));
  const auto count = parse_number(text.substr(slash + 1));
  if (!index || !count || *index < 1 || *index > *count || *count > kMostShards) return std::nullopt;
  return Shard{*index, *count};
}

std::string to_text(const Shard& shard) {
  return std::to_string(shard.index) + "/" + std::to_string(shard.count);
}

void take_shard(Plan& plan, const Shard& shard) {
  std::erase_if(plan.trials, [&](const PlannedTrial& trial) { return !shard.holds(trial.key); });
}

}  // namespace headsweep::sweep
