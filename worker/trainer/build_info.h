// Which build of this program ran.
#pragma once

#include <string>

namespace headsweep::trainer {

std::string version();     // "0.1.0"
std::string build_text();  // "headsweep 0.1.0, commit 631d26e, LibTorch 2.13.0"

}  // namespace headsweep::trainer
