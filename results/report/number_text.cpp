#include "results/report/number_text.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace headsweep::report {
namespace {

std::string formatted(const char* format, double value) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

}  // namespace

std::string number_text(double value) {
  const double size = std::abs(value);
  if (size >= 1000 && size < 1e6) {
    const auto thousands = static_cast<long long>(size + 0.5) / 1000;
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%s%lld,%03lld", value < 0 ? "-" : "", thousands,
                  static_cast<long long>(size + 0.5) % 1000);
    return text.data();
  }
  return formatted("%.3g", value);
}

std::string signed_points(double fraction) {
  return (fraction < 0 ? "" : "+") + number_text(100 * fraction);
}

}  // namespace headsweep::report
