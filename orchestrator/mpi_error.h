// What MPI says of an error. Internal to the MPI transport.
#pragma once

#include <string>

namespace headsweep::orchestrator {

// "MPI_ERR_PROC_FAILED: Process Failure".
std::string mpi_error_text(int code);

}  // namespace headsweep::orchestrator
