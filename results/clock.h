// Times of the store: ISO 8601, UTC, milliseconds.
#pragma once

#include <chrono>
#include <string>

namespace headsweep::results {

// "2025-07-01T12:00:00.123Z"
std::string utc_now();

// Never goes back; counts while the machine sleeps or this process is stopped.
std::chrono::nanoseconds since_boot();

std::string host_name();

}  // namespace headsweep::results
