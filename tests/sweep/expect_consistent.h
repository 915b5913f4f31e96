// An accepted sweep file means exactly what it says: nothing invalid, nothing dropped.
#pragma once

#include <string>

#include "sweep/sweep_file.h"

namespace headsweep::sweep {

// Expects that every value of `sweep` is allowed, whatever the file was.
void expect_allowed(const Sweep& sweep);

// Expects that every key and value of the TOML text is found in `sweep`, read by the TOML library alone.
void expect_says(const Sweep& sweep, const std::string& text);

}  // namespace headsweep::sweep
