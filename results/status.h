// How far a sweep is: what `headsweep status` prints and what its exit code says.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/owner_lock.h"
#include "results/reader.h"
#include "results/store.h"

namespace headsweep::results {

inline constexpr std::size_t kTrialStates = 6;

struct WorkerStatus {
  std::int64_t worker;
  std::string host;
  std::int64_t pid;
  std::string device;
  std::string state;                  // running | finished | lost | drained
  std::int64_t running;               // attempts
  std::int64_t done;                  // attempts
  std::optional<std::int64_t> trial;  // that it trains: one of its bundle
  // Of that trial, a second ago or so; nothing before its first second.
  std::optional<std::int64_t> step;
  std::optional<std::int64_t> planned_steps;
  std::optional<double> steps_per_second;
};

struct FailureStatus {
  std::int64_t trial;
  std::int64_t attempt;
  std::string trial_state;
  std::string reason;
  std::string message;
  std::string at;
};

// A trial under way that several workers train.
struct GangStatus {
  std::int64_t trial;
  std::int64_t attempt;
  std::string members;  // "trained by worker 1 (node1, cuda:0) and ..."
};

struct Status {
  std::string sweep;
  std::array<std::int64_t, kTrialStates> counts{};  // by TrialState
  std::optional<Owner> owner;                       // the run that is writing now
  // Where this host sees no lock, the run on another host that has not ended well: it writes, or was lost.
  std::optional<Owner> owner_elsewhere;
  std::optional<double> rate;                       // trials per second, lately
  std::optional<double> eta_seconds;                // while a run is writing
  std::vector<WorkerStatus> workers;                // of the latest run
  std::vector<GangStatus> gangs;
  std::vector<FailureStatus> failures;  // the last ten failed attempts, latest first

  [[nodiscard]] std::int64_t count(TrialState state) const { return counts[static_cast<std::size_t>(state)]; }
  [[nodiscard]] std::int64_t trials() const;      // in the plan: all but pruned
  [[nodiscard]] std::int64_t unfinished() const;  // planned or running
  // Nothing is left to train and nobody writes who may plan more, as [replicate] does.
  [[nodiscard]] bool is_over() const { return unfinished() == 0 && !owner; }
  // 0: all done; 3: unfinished; 4: finished with failed trials. Cancelled ones count as finished.
  [[nodiscard]] int exit_code() const;
};

// Throws UserError if the store cannot be read.
Status read_status(StoreReader& store);

}  // namespace headsweep::results
