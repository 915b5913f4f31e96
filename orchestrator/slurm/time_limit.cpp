#include "orchestrator/slurm/time_limit.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <vector>

#include "sweep/duration.h"

namespace headsweep::slurm {
namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kLongest = 10'000 * kDay;
constexpr std::int64_t kToPassOn = 60;
constexpr std::int64_t kMostBeforeEnd = 10 * kMinute;
constexpr std::int64_t kLeastBeforeEnd = 5;

// Numbers separated by colons, or nothing.
std::optional<std::vector<std::int64_t>> parse_parts(std::string_view text) {
  std::vector<std::int64_t> parts;
  while (true) {
    const std::string_view part = text.substr(0, text.find(':'));
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error != std::errc() || end != part.data() + part.size() || number < 0 || number > kLongest)
      return std::nullopt;
    parts.push_back(number);
    if (part.size() == text.size()) return parts;
    text.remove_prefix(part.size() + 1);
  }
}

std::int64_t sum_of(const std::vector<std::int64_t>& parts, std::int64_t unit) {
  std::int64_t seconds = 0;
  for (const std::int64_t part : parts) {
    seconds += part * unit;
    unit /= 60;
  }
  return seconds;
}

std::optional<std::int64_t> parse_slurm_limit(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) {
    const auto parts = parse_parts(text);
    if (!parts || parts->size() > 3) return std::nullopt;
    return sum_of(*parts, parts->size() == 3 ? kHour : kMinute);
  }
  const auto days = parse_parts(text.substr(0, dash));
  const auto rest = parse_parts(text.substr(dash + 1));
  if (!days || days->size() != 1 || !rest || rest->size() > 3) return std::nullopt;
  return days->front() * kDay + sum_of(*rest, kHour);
}

}  // namespace

std::optional<std::int64_t> parse_time_limit(std::string_view text) {
  std::optional<std::int64_t> seconds = parse_slurm_limit(text);
  if (const auto duration = sweep::parse_duration(text); duration && *duration <= kLongest)
    seconds = static_cast<std::int64_t>(std::llround(*duration));
  if (!seconds || *seconds < 1 || *seconds > kLongest) return std::nullopt;
  return seconds;
}

std::string time_limit_text(std::int64_t seconds) {
  std::array<char, 48> text{};
  const std::int64_t days = seconds / kDay;
  std::snprintf(text.data(), text.size(), "%02lld:%02lld:%02lld",
                static_cast<long long>(seconds % kDay / kHour),
                static_cast<long long>(seconds % kHour / kMinute), static_cast<long long>(seconds % kMinute));
  return (days > 0 ? std::to_string(days) + "-" : "") + text.data();
}

std::int64_t seconds_before_end(double checkpoint_every_seconds, std::optional<std::int64_t> limit_seconds) {
  const auto wanted = kToPassOn + static_cast<std::int64_t>(
                                      std::ceil(std::min(checkpoint_every_seconds, 1.0 * kMostBeforeEnd)));
  const std::int64_t most = limit_seconds ? std::max(*limit_seconds / 4, kLeastBeforeEnd) : kMostBeforeEnd;
  return std::min({wanted, most, kMostBeforeEnd});
}

}  // namespace headsweep::slurm
