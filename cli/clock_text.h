// Durations as people read them.
#pragma once

#include <string>

namespace headsweep::cli {

// "12:05" or "3:07:40", rounded up to seconds. Requires seconds >= 0.
std::string clock_text(double seconds);

}  // namespace headsweep::cli
