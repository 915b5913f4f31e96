// Times of the store: ISO 8601, UTC, milliseconds.
#pragma once

#include <string>

namespace headsweep::results {

// "2025-07-01T12:00:00.123Z"
std::string utc_now();

std::string host_name();

}  // namespace headsweep::results
