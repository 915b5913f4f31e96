// [axes], [[zip]] and [[exclude]]: the settings that a sweep varies, and the combinations it leaves out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sweep/document.h"
#include "sweep/sweep_file.h"

namespace headsweep::sweep {

// In the order of the file. Throws UserError: not a setting, a setting twice, bad values (read_range.h), an
// override of a value that an axis replaces.
std::vector<Axis> read_axes(const Document& document);

// In the order of the file. Throws UserError as read_axes(), and for an empty table, lists of unequal length, a
// setting that is an axis of `axes` or of another zip.
std::vector<Zip> read_zips(const Document& document, const std::vector<Axis>& axes);

// Requires axes and zips of `sweep`. Throws UserError: an empty table, not a setting that varies, a value that it
// does not take.
std::vector<Exclusion> read_exclusions(const Document& document, const Sweep& sweep);

// The axis of that setting, of [axes] or in a [[zip]], or nullptr.
const Axis* find_axis(const Sweep& sweep, std::string_view setting);

// The rows in which the zip's settings have the values that `values` gives them by name, rising. It must name one.
std::vector<std::size_t> rows_with(const Zip& zip, const std::map<std::string, trial::Value>& values);

// "[1, 4, 8]" for messages; the middle of long lists is left out.
std::string values_text(const AxisValues& values);

}  // namespace headsweep::sweep
