// The production scheduler before a large fleet, in virtual time (tests/orchestrator/fleet_simulation.h).
//
// fleet [--workers 10000] [--trials 1000000] [--seed N]
#include <chrono>
#include <iostream>

#include <CLI/CLI.hpp>

#include "bench/machine.h"
#include "tests/orchestrator/fleet_simulation.h"

namespace {

using headsweep::orchestrator::testing::Fleet;
using headsweep::orchestrator::testing::FleetOutcome;

nlohmann::ordered_json report(const Fleet& fleet, const FleetOutcome& outcome, double seconds) {
  return {{"bench", "fleet"},
          {"workers", fleet.workers},
          {"trials", fleet.trials},
          {"mean_seconds", fleet.mean_seconds},
          {"slots", outcome.slots},
          {"workers_lost", outcome.workers_lost},
          {"interrupted", outcome.interrupted},
          {"done", outcome.done},
          {"done_again", outcome.done_again},
          {"utilisation", outcome.utilisation},
          {"makespan_hours", outcome.makespan / 3600},
          {"makespan_over_lower_bound", outcome.makespan / outcome.lower_bound},
          {"overtaken", outcome.overtaken},
          {"simulated_in_seconds", seconds},
          {"machine", headsweep::bench::machine()}};
}

}  // namespace

int main(int argc, char** argv) {
  Fleet fleet;
  CLI::App app("A large fleet in virtual time");
  app.add_option("--workers", fleet.workers)->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--trials", fleet.trials)->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--seed", fleet.seed)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  fleet.arms = std::min(fleet.arms, fleet.trials);
  const auto begin = std::chrono::steady_clock::now();
  const FleetOutcome outcome = headsweep::orchestrator::testing::simulate(fleet);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::cout << report(fleet, outcome, seconds).dump(2) << "\n";
}
