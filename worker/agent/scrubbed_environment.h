// The environment of a trainer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace headsweep::agent {

// Whether a child that inherits that variable could take itself for an MPI rank, and so break the rank above
// it: what Open MPI, PMIx, PMI-1 and -2, and the MPI plugins of SLURM set.
bool is_mpi_variable(std::string_view name);

// "NAME=value" of everything in `environment` (null-terminated, as environ) that is no MPI variable, in its
// order.
std::vector<std::string> scrubbed_environment(const char* const* environment);

}  // namespace headsweep::agent
