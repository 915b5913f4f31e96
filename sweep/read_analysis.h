// [analysis]: what will be tested.
#pragma once

#include "sweep/document.h"
#include "sweep/sweep_file.h"

namespace headsweep::sweep {

// Requires base and axes of `sweep`. Throws UserError: unknown metric or one of single heads only, a layer
// that some trial does not have, a baseline that no trial is.
Analysis read_analysis(const Document& document, const Sweep& sweep);

// The name of a metric that layers have. `key` is what messages call it. Throws UserError.
std::string read_layer_metric(const Element& element, const std::string& key, std::string_view allowed);

}  // namespace headsweep::sweep
