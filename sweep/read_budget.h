// [budget]: how many parameters every trial has, and what changes to meet that number.
#pragma once

#include "sweep/document.h"
#include "sweep/sweep_file.h"

namespace headsweep::sweep {

// Requires axes and zips of `sweep`. Throws UserError: a value that is not allowed, an axis on what the budget solves
// for.
Budget read_budget(const Document& document, const Sweep& sweep);

}  // namespace headsweep::sweep
