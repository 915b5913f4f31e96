// The graphs of a trial's heads as the attention programs read them.
#pragma once

#include <cstdint>
#include <vector>

#include "trial/settings.h"

namespace headsweep::stacked {

struct VisibleBits {
  std::vector<std::uint8_t> bits;  // TrialRow::visible of every head, or of one for all; empty: no graph
  std::int64_t stride = 0;         // bytes from one head's to the next; 0: one for all
};

// Requires checked settings.
VisibleBits visible_bits(const trial::Settings& settings);

}  // namespace headsweep::stacked
