// When a batch job ends, as SLURM tells it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace headsweep::slurm {

// What squeue is to be asked for the end of a job.
std::vector<std::string> end_time_command(const std::string& job);

// Its answer, "2025-07-01T12:00:00" in this host's time zone, as seconds since the epoch; nothing where there is no limit
// ("N/A", "Unknown") or no such job.
std::optional<std::int64_t> parse_end_time(const std::string& text);

}  // namespace headsweep::slurm
