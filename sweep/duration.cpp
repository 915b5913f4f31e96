#include "sweep/duration.h"

#include <charconv>

namespace headsweep::sweep {
namespace {

std::optional<double> seconds_of_unit(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86400;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<double> parse_duration(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const auto unit = seconds_of_unit(text.back());
  text.remove_suffix(1);
  if (!unit || text.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number * *unit;
}

}  // namespace headsweep::sweep
