// A file that a person wrote, as text.
#pragma once

#include <string>

namespace headsweep::sweep {

// The bytes of `path`, at most kMaxSweepFileBytes + 1 of them: enough to see that it is too large. Throws UserError:
// a folder, a device, not there, not readable.
std::string read_text_file(const std::string& path);

}  // namespace headsweep::sweep
