// Which elements dropout keeps (Srivastava et al. 2014), given 16 random bits each.
//
// An element is kept iff its bits are >= threshold = round(p * 65536), and then scaled by 1 / (1 - threshold / 65536),
// so that the expectation is exact for the probability that is really used.
#pragma once

#include <cstdint>

namespace headsweep::trial {

struct DropoutRule {
  std::uint32_t threshold;  // of 65536
  double scale;             // of what is kept

  [[nodiscard]] bool drops() const { return threshold > 0; }
};

DropoutRule dropout_rule(double probability);  // 0 <= probability < 1

}  // namespace headsweep::trial
