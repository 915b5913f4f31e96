// The SLURM jobs of a store: which were submitted, and what SLURM says of them now.
#pragma once

#include <string>
#include <vector>

#include "orchestrator/slurm/submitted_jobs.h"

namespace headsweep::cli {

struct SlurmJob {
  slurm::JobElement element;
  std::string
      state;    // as SLURM calls it; "ended" if it has forgotten the job, "unknown" if it does not answer
  bool active;  // waits, runs or is just ending
};

// Those that are active and those of the latest submission, in the order of submission. Asks squeue and, for ended
// jobs, sacct or scontrol; programs that are missing or silent for ten seconds are done without.
std::vector<SlurmJob> slurm_jobs(const std::string& store);

// Only the active ones.
std::vector<SlurmJob> active_slurm_jobs(const std::string& store);

}  // namespace headsweep::cli
