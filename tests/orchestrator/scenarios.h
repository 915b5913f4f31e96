// Small dramas between a scheduler and its workers, played by the recording fake and over the local
// transport.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "orchestrator/scheduler.h"
#include "tests/orchestrator/ledger.h"
#include "tests/orchestrator/scripted_worker.h"

namespace headsweep::orchestrator::testing {

struct Scenario {
  std::string name;
  std::int64_t workers = 1;
  std::int64_t trials = 1;
  Script script;                                          // unset: everything is trained
  std::optional<std::int64_t> stop_after = std::nullopt;  // trials done
  std::int64_t bundle = 1;
  std::int64_t retries = 2;
  std::int64_t gang = 1;
  std::optional<std::int64_t> limit = std::nullopt;
  std::function<void(const Ending&, const Ledger&)> expect;
};

std::vector<Scenario> all_scenarios();

inline void PrintTo(const Scenario& scenario, std::ostream* out) {
  *out << scenario.name;
}

}  // namespace headsweep::orchestrator::testing
