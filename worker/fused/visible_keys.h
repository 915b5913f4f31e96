// Which keys each query of each head may see, where that is not every earlier one and itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "trial/settings.h"

namespace headsweep::fused {

// Immutable; any number of threads may read it.
class VisibleKeys {
 public:
  // Every query sees itself and every earlier key.
  VisibleKeys() = default;

  // The graphs of a trial's heads (graphs/head_graphs.h). Requires checked settings.
  explicit VisibleKeys(const trial::Settings& settings);

  // Bits of one head, laid out as those of draw_attention_bits() (dropout_bits.h): 1 where the query sees the key. Null:
  // every earlier key and itself.
  [[nodiscard]] const std::uint8_t* of_head(std::size_t head) const;

 private:
  std::vector<std::vector<std::uint8_t>> heads_;  // one: shared by all heads; empty: no graph
};

}  // namespace headsweep::fused
