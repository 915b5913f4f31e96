// The combination of heads against its best head, its worst, and against heads that are picked once and kept.
#pragma once

#include <span>

#include "metrics/measure.h"

namespace headsweep::metrics {

// Sets every *_synergy_* and hitting_switching_gain_* (the mean head) of `layer.combined` from the metrics already there and
// in `layer.heads`. Positive: together better. `importance`: [heads].
void set_synergies(std::span<const double> importance, LayerValues& layer);

}  // namespace headsweep::metrics
