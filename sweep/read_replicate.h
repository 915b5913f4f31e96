// [replicate]: more seeds where an interval is still wide.
#pragma once

#include <optional>

#include "sweep/document.h"
#include "sweep/sweep_file.h"

namespace headsweep::sweep {

// Requires seeds and analysis of `sweep`. Throws UserError: a key is missing or out of range, no baseline, fewer seeds
// than the variance can be estimated from.
std::optional<Replicate> read_replicate(const Document& document, const Sweep& sweep);

}  // namespace headsweep::sweep
