// A measurement in pieces, which threads may share.
#pragma once

#include <functional>
#include <vector>

namespace headsweep::metrics {

// To be done once each, in any order, by any threads at once: every job writes to places of its own, so that no number
// depends on who does what when. They throw nothing but std::bad_alloc, after which the others may still be done.
using MeasurementJobs = std::vector<std::function<void()>>;

}  // namespace headsweep::metrics
