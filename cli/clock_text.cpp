#include "cli/clock_text.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace headsweep::cli {

std::string clock_text(double seconds) {
  const auto whole = static_cast<long long>(std::ceil(seconds));
  std::array<char, 40> text{};
  if (whole >= 3600) {
    std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%lld:%02lld", whole / 60, whole % 60);
  }
  return text.data();
}

}  // namespace headsweep::cli
