#include "results/report/json.h"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace headsweep::report {

Json short_real(double value) {
  if (!std::isfinite(value)) return nullptr;
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.7g", value);
  return std::strtod(text.data(), nullptr);
}

}  // namespace headsweep::report
