#include "cli/version.h"

namespace headsweep::cli {

std::string version_line() {
  return "headsweep " HEADSWEEP_VERSION;
}

}  // namespace headsweep::cli
