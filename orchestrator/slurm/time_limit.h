// Time limits of jobs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace headsweep::slurm {

// Seconds of a limit as SLURM writes it (minutes, minutes:seconds, hours:minutes:seconds, days-hours,
// days-hours:minutes, days-hours:minutes:seconds) or of a duration ("90m", "2h", "1.5d"); nothing for other text or 0.
std::optional<std::int64_t> parse_time_limit(std::string_view text);

// "1-02:00:00" or "02:00:00".
std::string time_limit_text(std::int64_t seconds);

// How long before its end a job is told to stop. Trials write a checkpoint when they are told to, in less time than
// the sweep allows between two of them, and a minute is for the rest: passing the signal on, committing, requeueing.
// Never more than a quarter of the slot.
std::int64_t seconds_before_end(double checkpoint_every_seconds, std::optional<std::int64_t> limit_seconds);

}  // namespace headsweep::slurm
