// Whole numbers for people: 1,000,000.
#pragma once

#include <concepts>
#include <string>

namespace headsweep::sweep {

// `number` >= 0 with a comma before every group of three digits.
std::string thousands(std::integral auto number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

}  // namespace headsweep::sweep
