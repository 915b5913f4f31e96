#include "worker/fused/fused_support.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace headsweep::fused {

std::optional<std::string> why_not_fused(const trial::Settings& settings) {
  const trial::ModelSettings& model = settings.model;
  if (model.talking_heads) return "talking heads have no fused gradient";
  if (settings.diversity.penalty != "none" && settings.diversity.penalty_weight != 0) {
    return "diversity penalties have no fused gradient";
  }
  // Dropout decisions of a layer are numbered by 32 bits.
  const auto blocks = static_cast<std::uint64_t>((model.length + 7) / 8);
  const auto positions = static_cast<std::uint64_t>(settings.training.batch * model.length);
  if (model.dropout > 0 && positions * std::max(blocks, static_cast<std::uint64_t>(model.width) / 8 + 1) >
                               std::numeric_limits<std::uint32_t>::max()) {
    return "the batch has too many dropout decisions";
  }
  return std::nullopt;
}

}  // namespace headsweep::fused
