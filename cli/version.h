// Version of this build.
#pragma once

#include <string>

namespace headsweep::cli {

// "headsweep 0.1.0"
std::string version_line();

}  // namespace headsweep::cli
