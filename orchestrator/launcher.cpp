#include "orchestrator/launcher.h"

#include <array>
#include <cstdlib>

namespace headsweep::orchestrator {

Launcher detect_launcher(const Environment& environment) {
  constexpr std::array kSetByMpiLaunchers = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"};
  for (const char* name : kSetByMpiLaunchers) {
    if (environment(name) != nullptr) return Launcher::kMpi;
  }
  // SLURM_NTASKS and SLURM_PROCID do not do: batch scripts and salloc shells have them too.
  const char* tasks = environment("SLURM_STEP_NUM_TASKS");
  if (tasks != nullptr && std::strtol(tasks, nullptr, 10) > 1) return Launcher::kSrunWithoutMpi;
  return Launcher::kNone;
}

Launcher detect_launcher() {
  return detect_launcher([](const char* name) { return std::getenv(name); });
}

}  // namespace headsweep::orchestrator
