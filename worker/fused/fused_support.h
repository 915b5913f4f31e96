// Which trials the fused step can train. The others take the eager step.
#pragma once

#include <optional>
#include <string>

#include "trial/settings.h"

namespace headsweep::fused {

// Why these settings need the eager step, half a sentence; nothing: fused training does them. Requires checked
// settings.
std::optional<std::string> why_not_fused(const trial::Settings& settings);

}  // namespace headsweep::fused
