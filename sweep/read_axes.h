// [axes]: the settings that a sweep varies.
#pragma once

#include <vector>

#include "sweep/document.h"
#include "sweep/sweep_file.h"

namespace headsweep::sweep {

// In the order of the file. Throws UserError: not a setting, a setting twice, no values, equal values, a
// value out of range, an override of a value that an axis replaces.
std::vector<Axis> read_axes(const Document& document);

// "[1, 4, 8]" for messages; the middle of long lists is left out.
std::string values_text(const std::vector<trial::Value>& values);

}  // namespace headsweep::sweep
