// The values of one axis: a list, or a range { from, to, step } or { from, to, count, scale }.
#pragma once

#include <string>

#include "sweep/axis_values.h"
#include "sweep/document.h"

namespace headsweep::sweep {

// `name` is what messages call the axis. Throws UserError: neither list nor range, no values, a value out of range,
// a range that is not one, equal values unless `may_repeat`.
AxisValues read_axis_values(const Entry& entry, const std::string& name, const trial::SettingInfo& setting,
                            bool may_repeat);

}  // namespace headsweep::sweep
