// Whether a launcher (mpirun, srun) started this process: only then is MPI initialised.
#pragma once

#include <functional>
#include <string>

namespace headsweep::orchestrator {

enum class Launcher {
  kNone,            // a shell, a script, also a batch script of SLURM itself
  kMpi,             // mpirun, or srun with an MPI plugin
  kSrunWithoutMpi,  // srun started several tasks that cannot know of each other: an error in use
};

// nullptr where the variable is not set, like std::getenv.
using Environment = std::function<const char*(const char* name)>;

// Judges by the environment: OMPI_COMM_WORLD_SIZE (Open MPI's mpirun), PMIX_RANK (prterun, srun --mpi=pmix),
// PMI_RANK (MPICH's mpirun, srun --mpi=pmi2), and, without these, SLURM_STEP_NUM_TASKS above 1.
Launcher detect_launcher(const Environment& environment);

// The same for this process's own environment.
Launcher detect_launcher();

}  // namespace headsweep::orchestrator
