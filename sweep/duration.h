// Durations as people write them: "30s", "2m", "1.5h".
#pragma once

#include <optional>
#include <string_view>

namespace headsweep::sweep {

// Seconds of a decimal number followed by s, m, h or d, without spaces or sign; nothing for any other text.
std::optional<double> parse_duration(std::string_view text);

}  // namespace headsweep::sweep
