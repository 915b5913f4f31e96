// Trains what is open of a frozen sweep: the one call of `headsweep run`, in its three roles.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/mpi_session.h"
#include "orchestrator/run_observer.h"
#include "orchestrator/scheduler.h"
#include "orchestrator/stop_signal.h"
#include "results/store.h"
#include "sweep/sweep_file.h"
#include "worker/agent/trainer_device.h"

namespace headsweep::orchestrator {

// As on the command line of `headsweep run`.
struct RunOptions {
  std::string device = "auto";             // auto | cpu | cuda
  std::int64_t threads = 1;                // of each trainer
  std::string step = "auto";               // auto | eager | fused
  bool tf32 = false;                       // products of the fused step on a GPU's tensor cores; needs `cuda`
  std::optional<std::int64_t> stack;       // most trials in one bundle; unset: as each worker's device says
  std::optional<std::int64_t> limit;       // most trials to train now
  std::optional<double> walltime_seconds;  // counted from the call
};

// The store, owned and frozen by the caller, and the sweep frozen in it.
struct FrozenRun {
  const sweep::Sweep& sweep;
  results::FrozenSweep frozen;
  results::OwnedStore& store;  // used by nobody else until the call returns
};

// All of them throw UserError with one line: the store cannot be written, no trainer can be started, ...
// What `stop` has received, also before the call, stops the run. When a call returns, everything is committed.

// Workers on CPUs where nobody says how many: one per `threads` cores that this process may run on.
std::int64_t default_cpu_workers(std::int64_t threads);

// Throws UserError where so many workers cannot train the sweep's trials: too few for gpus_per_trial, or asked to stack
// trials that are too large for one device.
void require_gangs_fit(const sweep::Resources& resources, const RunOptions& options, std::int64_t workers);

// Coordinator and up to one agent a device (agent::choose_device()) in this process. `trainer`: agent::find_trainer().
Ending run_embedded(FrozenRun run, const RunOptions& options,
                    const std::vector<agent::TrainerDevice>& devices, const std::filesystem::path& trainer,
                    const StopSignal& stop, RunObserver& observer);

// Rank 0 of a session with workers. The caller closes the store, then calls session.end().
Ending run_as_coordinator(FrozenRun run, const RunOptions& options, MpiSession& session,
                          const StopSignal& stop, RunObserver& observer);

// Every other rank, which leaves signals to rank 0: trains until it is dismissed; then the caller calls session.end().
// False if it had to give up because a trainer that it killed did not go away. Leaves the process at once if the coordinator
// is lost. `threads` is only reported: rank 0 decides. `trainer` need not exist: rank 0 hears of it.
[[nodiscard]] bool run_as_worker(MpiSession& session, const std::filesystem::path& trainer,
                                 const agent::TrainerDevice& device, std::int64_t threads);

}  // namespace headsweep::orchestrator
