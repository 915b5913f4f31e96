// Which trials the stacked step can train. The others take the eager step.
#pragma once

#include <optional>
#include <string>

#include "trial/settings.h"

namespace headsweep::stacked {

// Why the stacked step cannot train these settings, half a sentence; nothing: it can. Requires checked settings.
std::optional<std::string> why_not_stacked(const trial::Settings& settings);

}  // namespace headsweep::stacked
