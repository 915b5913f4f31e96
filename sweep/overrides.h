// --set KEY=VALUE: one replaced value, key or table of a sweep file.
#pragma once

#include <string>

#include "sweep/document.h"

namespace headsweep::sweep {

// Applies one override, "key=value" with a dotted key and a TOML value; a table as value replaces the whole
// table. Throws UserError that begins with "--set".
void apply_override(Document& document, const std::string& text);

}  // namespace headsweep::sweep
