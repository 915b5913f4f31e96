// Equal parameters: what makes arms comparable.
#pragma once

#include <cstdint>

#include "sweep/grid.h"

namespace headsweep::sweep {

// Throws UserError: two combinations of the sweep have other parameter counts; which, how many, the axes that
// change them, and what to change.
[[noreturn]] void refuse_unequal_parameters(const Sweep& sweep, const Grid& grid, std::int64_t first,
                                            std::int64_t second);

}  // namespace headsweep::sweep
