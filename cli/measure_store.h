// headsweep measure --store STORE --missing: brings what is stored up to the metrics of this program.
#pragma once

#include <string>

namespace headsweep::cli {

// Measures the kept weights of trials whose rows have an older metrics_version again and replaces these rows; says on
// stdout ("table": lines for people, or "json") what was replaced and what could not be. Owns the store meanwhile.
// Returns an exit code: kError if kept weights are damaged. Throws UserError: no such store, or a run is active.
int measure_store(const std::string& store, const std::string& format);

}  // namespace headsweep::cli
